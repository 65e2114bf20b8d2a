import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { idOf } from '../domain/digest.ts';
import { SallyportError } from '../domain/errors.ts';
import type { GateState } from '../domain/gate.ts';
import { asJson, type JsonObject } from '../domain/json.ts';
import type { SignedVote } from '../domain/vote.ts';
import { undoWarrantMs } from '../domain/warrant.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import { loadApprovers } from './approvers.ts';
import type { Sql } from './database.ts';
import type { Gate } from './gate-rows.ts';
import { gateEntry } from './gate-rows.ts';
import { expireGate, loadGate, moveGate } from './gates.ts';
import { requestRun } from './incidents.ts';
import type { VoteRow } from './vote-rows.ts';
import type { Hearing, Judge, Ruling } from './vote-rulings.ts';
import { ruleOnGate, ruleOnUndo } from './vote-rulings.ts';
import { grantWarrant } from './warrants.ts';

export interface NewVote extends SignedVote {
  /** The person whom the API token names; the payload's approver must be theirs. */
  readonly person: string;
  /** Redacted. */
  readonly reason: string;
}

export interface VoteVerdict {
  readonly gateId: string;
  readonly verdict: 'counted' | 'refused';
  readonly why: string;
  readonly gate: { readonly state: GateState };
}

const votesPerGateMax = 200;

/**
 * Keeps a signed vote before anybody judges it; returns its id. The same vote by the same person again is the same row,
 * so that a client may repeat a call whose answer was lost. NOT_FOUND, THROTTLED.
 */
export async function insertVote(tx: Sql, vote: NewVote, clock: Clock): Promise<string> {
  const { payload, signature, person } = vote;
  const id = idOf('vot', 'sallyport/vote-row/v1', [asJson(payload), signature, person]);
  const gate = await loadGate(tx, payload.gateId);
  const [{ count } = { count: 0 }] = await tx.query<{ count: number }>(
    'select count(*) as count from votes where gate_id = $1 and id <> $2',
    [gate.id, id],
  );
  if (count >= votesPerGateMax)
    throw new SallyportError('THROTTLED', `a gate takes at most ${votesPerGateMax} votes`, {
      retryAfterMs: 60_000,
    });
  await tx.query(
    `insert into votes (id, gate_id, approver, person, decision, payload, signature, reason, cast_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing`,
    [
      id,
      gate.id,
      payload.approver,
      person,
      payload.decision,
      JSON.stringify(payload),
      signature,
      vote.reason,
      isoTime(clock.nowMs()),
    ],
  );
  return id;
}

/**
 * Judges one vote under the lock of its gate and writes all that follows from it in this transaction: the verdict, the
 * gate's state, the warrant, the entries. Judging it again answers the same. Refused votes are recorded, never thrown.
 */
export async function decideAndRecord(tx: Sql, voteId: string, judge: Judge): Promise<VoteVerdict> {
  const [found] = await tx.query<{ gate_id: string }>('select gate_id from votes where id = $1', [
    voteId,
  ]);
  if (found === undefined) return refuseUnknown(tx, voteId, judge.clock);
  const locked = await loadGate(tx, found.gate_id, { lock: 'for update' });
  const [row] = await tx.query<VoteRow>('select * from votes where id = $1', [voteId]);
  if (row === undefined) return refuseUnknown(tx, voteId, judge.clock);
  if (row.verdict !== 'pending')
    return {
      gateId: locked.id,
      verdict: row.verdict,
      why: row.verdict_why,
      gate: { state: locked.state },
    };
  const gate = row.decision === 'undo' ? locked : await expireGate(tx, locked.id, judge.clock);
  const approvers = await loadApprovers(tx, gate.tenant);
  const ruling =
    row.decision === 'undo'
      ? await ruleOnUndo(tx, { gate, row, approvers }, judge)
      : await ruleOnGate(tx, { gate, row, approvers }, judge);
  await recordVerdict(tx, { gate, row, approvers, ruling }, judge.clock);
  const state = await applyRuling(tx, { gate, row, ruling }, judge.clock);
  failpoint(row.decision === 'undo' ? 'undo-before-verdict' : 'vote-before-verdict');
  return {
    gateId: gate.id,
    verdict: ruling.refusal === null ? 'counted' : 'refused',
    why: ruling.refusal ?? ruling.why,
    gate: { state },
  };
}

async function recordVerdict(
  tx: Sql,
  judged: Hearing & { readonly ruling: Ruling },
  clock: Clock,
): Promise<void> {
  const { gate, row, approvers, ruling } = judged;
  const verdict = ruling.refusal === null ? 'counted' : 'refused';
  const why = ruling.refusal ?? ruling.why;
  // No execution waits for an undo: judging it is all the delivery that it needs.
  const deliveredAt = row.decision === 'undo' ? isoTime(clock.nowMs()) : null;
  await tx.query(
    'update votes set verdict = $2, verdict_why = $3, delivered_at = coalesce(delivered_at, $4) where id = $1',
    [row.id, verdict, why, deliveredAt],
  );
  const key = approvers
    .find((item) => item.id === row.payload.approver)
    ?.keys.find((item) => item.keyId === row.payload.keyId);
  const data: JsonObject = {
    voteId: row.id,
    payload: asJson(row.payload), // Checked by a strict schema when it came in.
    signature: row.signature,
    publicKey: key?.publicKey ?? '',
    person: row.person,
    reason: row.reason,
    verdict,
    why,
  };
  const type = verdict === 'counted' ? 'vote.cast' : 'vote.refused';
  const id = idOf('ent', 'sallyport/entry/vote/v1', [row.id]);
  const actor = { kind: 'person', id: row.person } as const;
  await appendEntries(tx, [
    gateEntry(
      gate,
      { id, type, actor, outcome: verdict === 'counted' ? 'done' : 'refused', data },
      clock,
    ),
  ]);
}

async function applyRuling(
  tx: Sql,
  ruled: { readonly gate: Gate; readonly row: VoteRow; readonly ruling: Ruling },
  clock: Clock,
): Promise<GateState> {
  const { gate, row, ruling } = ruled;
  if (row.decision === 'undo') {
    if (ruling.refusal === null) await startUndo(tx, gate, { row, clock });
    return gate.state;
  }
  const { decision } = ruling;
  if (decision === null || decision.state === 'open') return gate.state;
  await moveGate(tx, { gate, to: decision.state, reason: decision.why }, clock);
  if (decision.state === 'approved') {
    await grantWarrant(
      tx,
      {
        gate,
        purpose: 'act',
        voteIds: decision.approvals,
        expiresAtMs: Date.parse(gate.order.expiresAt),
      },
      clock,
    );
  }
  return decision.state;
}

/** Grants the warrant and asks the dispatcher for the run that undoes; a second signed undo changes nothing. */
async function startUndo(
  tx: Sql,
  gate: Gate,
  by: { readonly row: VoteRow; readonly clock: Clock },
): Promise<void> {
  const { row, clock } = by;
  const granted = await grantWarrant(
    tx,
    { gate, purpose: 'undo', voteIds: [row.id], expiresAtMs: clock.nowMs() + undoWarrantMs },
    clock,
  );
  if (!granted) return;
  const at = isoTime(clock.nowMs());
  await requestRun(tx, gate.incidentId, {
    playbook: gate.order.playbook.name,
    requester: row.person,
    rehearsal: false,
    at,
    undoOf: gate.orderDigest,
  });
  const data = {
    orderDigest: gate.orderDigest,
    voteId: row.id,
    undo: asJson(gate.order.undo),
  };
  await appendEntries(tx, [
    gateEntry(
      gate,
      {
        type: 'undo.requested',
        actor: { kind: 'person', id: row.person },
        outcome: 'opened',
        data,
      },
      clock,
    ),
  ]);
}

/** Its entry has an id of its own: the vote may yet be kept, after a restore, and its entry must not be taken for this one. */
async function refuseUnknown(tx: Sql, voteId: string, clock: Clock): Promise<VoteVerdict> {
  const id = idOf('ent', 'sallyport/entry/vote-unknown/v1', [voteId]);
  await appendEntries(tx, [
    newEntry(
      {
        id,
        tenant: 'unknown',
        type: 'vote.refused',
        actor: { kind: 'service', id: 'gatekeeper' },
        incident: null,
        run: null,
        subject: null,
        outcome: 'refused',
        data: { why: 'vote-unknown' },
      },
      clock,
    ),
  ]);
  return { gateId: '', verdict: 'refused', why: 'vote-unknown', gate: { state: 'open' } };
}
