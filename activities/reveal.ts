import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Clock } from '../platform/clock.ts';
import { revealTokens } from '../redaction/tokens.ts';
import type { Database } from '../store/database.ts';
import { openOriginal } from '../store/vault.ts';
import type { ActivityDeps, RevealReason } from './deps.ts';

export interface RevealDeps {
  readonly db: Database;
  readonly vaultKeys: KeyRing;
  readonly clock: Clock;
}

/**
 * The last moment before a call: tokens of the kinds that the capability declares become clear again, in this process
 * only, and an entry says which. The entry is durable before the value is handed out.
 */
export function createReveal({ db, vaultKeys, clock }: RevealDeps): ActivityDeps['reveal'] {
  return async (value, reason) => {
    if (reason.kinds.length === 0) return value;
    const revealed = await revealTokens(value, reason.kinds, (token) =>
      openOriginal(db, vaultKeys, { tenant: reason.tenant, token }),
    );
    if (revealed.tokens.length > 0)
      await appendEntries(
        db,
        revealed.tokens.map((token) => revealEntry(token.text, reason, clock)),
      );
    // Tokens are replaced inside strings only: an object stays one.
    return revealed.value as JsonObject;
  };
}

function revealEntry(
  token: string,
  reason: RevealReason,
  clock: Clock,
): ReturnType<typeof newEntry> {
  return newEntry(
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
    clock,
  );
}
