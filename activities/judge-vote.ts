import { SallyportError } from '../domain/errors.ts';
import { isEligible } from '../domain/gate.ts';
import type { GateState } from '../domain/gate.ts';
import { bareVote } from '../domain/vote.schema.ts';
import type { SignedVote, VotePayload } from '../domain/vote.ts';
import type { Clock } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import { verifyVote } from '../platform/signature.ts';
import { loadApprovers } from '../store/approvers.ts';
import type { Database, Sql } from '../store/database.ts';
import type { Gate } from '../store/gates.ts';
import { expireGate, loadGate, recordReminder, voidGate } from '../store/gates.ts';
import { decideAndRecord, insertVote } from '../store/votes.ts';
import type { VoteVerdict } from '../store/votes.ts';

export interface VoteActivitiesDeps {
  readonly db: Database;
  readonly clock: Clock;
}

export interface GateReport {
  readonly gateId: string;
  readonly state: GateState;
  readonly detail: string;
}

export interface ReminderReport extends GateReport {
  /** Ids of approvers who may vote and have not. */
  readonly waitingFor: readonly string[];
}

export interface VoteActivities {
  judgeVote(input: { readonly voteId: string }): Promise<VoteVerdict>;
  castVote(vote: SignedVote): Promise<VoteVerdict & { readonly voteId: string }>;
  expireGate(input: { readonly gateId: string }): Promise<GateReport>;
  remindGate(input: { readonly gateId: string }): Promise<ReminderReport>;
  voidGate(input: { readonly gateId: string; readonly reason: string }): Promise<GateReport>;
}

const minuteMs = 60_000;

/** Each is safe to run again: a vote judged twice has one verdict, two reminders within a minute are one. */
export function createVoteActivities({ db, clock }: VoteActivitiesDeps): VoteActivities {
  return {
    judgeVote: async ({ voteId }) => {
      const verdict = await db.transaction((tx) =>
        decideAndRecord(tx, voteId, { verifySignature: verifyVote, clock }),
      );
      failpoint('vote-after-verdict');
      return verdict;
    },
    castVote: (vote) =>
      db.transaction(async (tx) => {
        const { payload, signature } = checked(vote);
        const person = await personOf(tx, payload);
        const kept = {
          payload,
          signature,
          person,
          reason: 'sent as a signal; only the digest of the reason is known',
        };
        const voteId = await insertVote(tx, kept, clock);
        return {
          voteId,
          ...(await decideAndRecord(tx, voteId, { verifySignature: verifyVote, clock })),
        };
      }),
    expireGate: async ({ gateId }) =>
      report(await db.transaction((tx) => expireGate(tx, gateId, clock))),
    voidGate: async (voiding) => report(await db.transaction((tx) => voidGate(tx, voiding, clock))),
    remindGate: ({ gateId }) =>
      db.transaction(async (tx) => {
        const gate = await loadGate(tx, gateId);
        const voted = await tx.query<{ approver: string }>(
          `select approver from votes where gate_id = $1 and verdict = 'counted'`,
          [gateId],
        );
        const done = new Set(voted.map((row) => row.approver));
        const approvers = (await loadApprovers(tx, gate.tenant)).filter(
          (item) => isEligible(gate.order, item) && !done.has(item.id),
        );
        const waitingFor = gate.state === 'open' ? approvers.map((item) => item.id) : [];
        const ordinal = Math.floor(clock.nowMs() / minuteMs);
        await recordReminder(tx, { gateId, ordinal, people: waitingFor }, clock);
        return { ...report(gate), waitingFor };
      }),
  };
}

/** SECURITY: whoever can write to the namespace can send this, so nothing of its shape is believed. */
function checked(vote: unknown): SignedVote {
  const read = bareVote.safeParse(vote);
  if (!read.success) throw new SallyportError('REQUEST_INVALID', 'the signal holds no signed vote');
  return read.data;
}

/** No token names the sender here: the signature alone says who voted, and an unknown approver is refused by name. */
async function personOf(tx: Sql, { gateId, approver }: VotePayload): Promise<string> {
  const { tenant } = await loadGate(tx, gateId);
  return (await loadApprovers(tx, tenant)).find((item) => item.id === approver)?.person ?? approver;
}

const report = (gate: Gate): GateReport => ({
  gateId: gate.id,
  state: gate.state,
  detail: gate.reason,
});
