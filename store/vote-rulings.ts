import type { GateCase, GateDecision, VerifySignature, VoteRefusal } from '../domain/gate.ts';
import { decideGate, judgeUndo } from '../domain/gate.ts';
import type { Approver } from '../domain/vote.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';
import type { Gate } from './gate-rows.ts';
import type { VoteRow } from './vote-rows.ts';
import { castVotes, toCastVote } from './vote-rows.ts';

export interface Judge {
  readonly verifySignature: VerifySignature;
  readonly clock: Clock;
}

/** A vote before its gate, which is locked. */
export interface Hearing {
  readonly gate: Gate;
  readonly row: VoteRow;
  readonly approvers: readonly Approver[];
}

export interface Ruling {
  readonly refusal: VoteRefusal | null;
  readonly why: string;
  readonly decision: GateDecision | null;
}

export async function ruleOnGate(tx: Sql, hearing: Hearing, judge: Judge): Promise<Ruling> {
  const { gate, row } = hearing;
  if (gate.state !== 'open')
    return {
      refusal: gate.state === 'expired' ? 'gate-expired' : 'gate-decided',
      why: gate.reason,
      decision: null,
    };
  const counted = await castVotes(tx, { gateId: gate.id, verdict: 'counted' });
  const decision = decideGate({ ...caseOf(hearing, judge), votes: [...counted, toCastVote(row)] });
  const refusal = decision.refused.find((item) => item.voteId === row.id)?.why ?? null;
  return { refusal, why: decision.why, decision };
}

export async function ruleOnUndo(tx: Sql, hearing: Hearing, judge: Judge): Promise<Ruling> {
  const { gate, row } = hearing;
  const refusal =
    judgeUndo(caseOf(hearing, judge), toCastVote(row)) ??
    ((await wasDone(tx, gate)) ? null : 'nothing-to-undo');
  return { refusal, why: 'the undo may start', decision: null };
}

function caseOf({ gate, approvers }: Hearing, judge: Judge): Omit<GateCase, 'votes'> {
  return {
    gateId: gate.id,
    order: gate.order,
    approvers,
    nowMs: judge.clock.nowMs(),
    verifySignature: judge.verifySignature,
  };
}

/** The warrant was used and its effect is not known to have failed; one that is held may be undone too. */
async function wasDone(tx: Sql, gate: Gate): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from warrants w join effects e on e.order_digest = w.order_digest and e.state in ('done', 'held', 'unknown')
      where w.order_digest = $1 and w.purpose = 'act' and w.used_at is not null limit 1`,
    [gate.orderDigest],
  );
  return rows.length > 0;
}
