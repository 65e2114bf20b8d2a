import type { Json, JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { SallyportError } from '../domain/errors.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { RevealReason } from '../activities/deps.ts';
import { revealTokens } from '../redaction/tokens.ts';
import { keepOriginals, openOriginal } from '../store/vault.ts';
import type { Database } from '../store/database.ts';
import type { Base } from './base.ts';
import { outwards } from './outwards.ts';

/** Both ways between clear text and tokens, for activities. */
export interface Originals {
  /** Redacts at once; the originals are kept by the next `flush`, which every activity waits for before it answers. */
  redact(value: Json): Json;
  flush(): Promise<void>;
  keep(sealed: readonly SealedOriginal[]): Promise<void>;
  /** Turns back what the capability may see; each token that is turned back is an entry. */
  reveal(value: JsonObject, reason: RevealReason): Promise<JsonObject>;
}

export function createOriginals(base: Base, db: Database): Originals {
  const { tenant } = base.config;
  let waiting: SealedOriginal[] = [];
  const keep = async (sealed: readonly SealedOriginal[]): Promise<void> => {
    if (sealed.length > 0) await db.transaction((tx) => keepOriginals(tx, tenant, sealed));
  };
  let flushing: Promise<void> = Promise.resolve();
  const drain = async (): Promise<void> => {
    const taken = waiting;
    waiting = [];
    await keep(taken).catch((error: unknown) => {
      waiting.push(...taken);
      throw error;
    });
  };
  return {
    keep,
    redact: (value) => {
      const redacted = base.redactor.redact(value);
      waiting.push(...redacted.sealed);
      return redacted.value;
    },
    // One after the other: an activity must not answer while another still writes what it redacted.
    flush: () => (flushing = flushing.catch(() => undefined).then(drain)),
    reveal: async (value, reason) => {
      const shown = outwards(
        { redactor: base.redactor, policies: base.config.redaction },
        value,
        reason,
      );
      const revealed = await revealTokens(shown.value, shown.kinds, (token) =>
        openOriginal(db, base.keys.vault, { tenant: reason.tenant, token }),
      );
      if (revealed.tokens.length > 0)
        await record(base, db, { reason, tokens: revealed.tokens.map(({ text }) => text) });
      if (!isObject(revealed.value))
        throw new SallyportError('BROKEN_INVARIANT', 'revealing changed the shape of an input');
      return revealed.value;
    },
  };
}

async function record(
  base: Base,
  db: Database,
  done: { readonly reason: RevealReason; readonly tokens: readonly string[] },
): Promise<void> {
  const { reason, tokens } = done;
  const entries = tokens.map((token) =>
    newEntry(
      {
        tenant: reason.tenant,
        type: 'token.revealed',
        actor: { kind: 'service', id: 'executor' },
        incident: reason.incidentId,
        run: reason.runKey,
        subject: token,
        outcome: 'done',
        data: { capability: reason.capability },
      },
      base.clock,
    ),
  );
  await db.transaction((tx) => appendEntries(tx, entries));
}
