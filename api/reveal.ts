import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import { asJson, type JsonObject } from '../domain/json.ts';
import type { Token } from '../redaction/tokens.ts';
import { parseToken, tokensIn } from '../redaction/tokens.ts';
import { loadApprovers } from '../store/approvers.ts';
import type { Sql } from '../store/database.ts';
import type { Gate } from '../store/gate-rows.ts';
import { openOriginal } from '../store/vault.ts';
import type { Identity } from './access.ts';
import type { PeopleDeps } from './people-deps.ts';
import { keepTyped } from './typed-text.ts';

const tokensMax = 50;

/** The originals of all tokens in an order, for a person who may vote on it. Each is an entry, written before it is shown. */
export function revealOrder(
  deps: PeopleDeps,
  gate: Gate,
  who: Identity,
): Promise<Record<string, string | null>> {
  const tokens = tokensIn(asJson(gate.order)).slice(0, tokensMax);
  const about = {
    incident: gate.incidentId,
    run: gate.runKey,
    data: { gateId: gate.id, reason: 'shown at the gate' },
  };
  return deps.db.transaction(async (tx) => {
    const shown: Record<string, string | null> = Object.create(null);
    for (const token of tokens)
      shown[token.text] = await reveal(tx, deps, { token, who, ...about });
    return shown;
  });
}

/** NOT_FOUND where the vault holds no original; ROLE_MISSING for whoever is no registered approver. */
export async function revealToken(
  deps: PeopleDeps,
  asked: { token: string; reason: string; who: Identity },
): Promise<{ token: string; original: string }> {
  const token = parseToken(asked.token);
  if (token === null) throw new SallyportError('REQUEST_INVALID', 'body.token: is no token');
  const approvers = await loadApprovers(deps.db, deps.tenant);
  const registered = approvers.some(
    (item) => item.person === asked.who.person && item.kind === 'person' && item.revokedAt === null,
  );
  if (!registered)
    throw new SallyportError('ROLE_MISSING', 'only a registered approver may reveal');
  const original = await deps.db.transaction(async (tx) => {
    const reason = await keepTyped(tx, deps, asked.reason);
    return reveal(tx, deps, { token, who: asked.who, incident: null, run: null, data: { reason } });
  });
  if (original === null)
    throw new SallyportError('NOT_FOUND', 'the vault holds no original for this token');
  return { token: token.text, original };
}

interface Reveal {
  readonly token: Token;
  readonly who: Identity;
  readonly incident: string | null;
  readonly run: string | null;
  readonly data: JsonObject;
}

/** Null where there is nothing to show; that somebody asked is recorded all the same. */
async function reveal(
  tx: Sql,
  deps: PeopleDeps,
  { token, who, incident, run, data }: Reveal,
): Promise<string | null> {
  const original = await openOriginal(tx, deps.vaultKeys, {
    tenant: deps.tenant,
    token: token.text,
  }).catch((error: unknown) => {
    if (
      error instanceof SallyportError &&
      (error.code === 'NOT_FOUND' || error.code === 'CREDENTIAL_REFUSED')
    )
      return null;
    throw error;
  });
  const outcome = original === null ? 'failed' : 'done';
  const facts = { ...data, kind: token.kind };
  await appendEntries(tx, [
    newEntry(
      {
        tenant: deps.tenant,
        type: 'token.revealed',
        actor: who.actor,
        incident,
        run,
        subject: token.text,
        outcome,
        data: facts,
      },
      deps.clock,
    ),
  ]);
  return original;
}
