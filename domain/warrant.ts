import type { CastVote, VerifySignature } from './gate.ts';
import { decideGate, judgeUndo } from './gate.ts';
import type { Order } from './order.ts';
import { orderDigest } from './order.ts';
import type { Approver } from './vote.ts';

export type WarrantPurpose = 'act' | 'undo';

/** Opens the executor for exactly one order, once. Times in milliseconds since the epoch. */
export interface Warrant {
  readonly orderDigest: string;
  readonly purpose: WarrantPurpose;
  readonly gateId: string;
  readonly voteIds: readonly string[];
  readonly expiresAtMs: number;
  readonly usedAtMs: number | null;
  readonly voidReason: string | null;
}

/** What the executor holds in its hands; `orderDigest` is the digest that the run asked it to act on. */
export interface WarrantCase {
  readonly order: Order;
  readonly orderDigest: string;
  readonly warrant: Warrant | null;
  readonly votes: readonly CastVote[];
  readonly approvers: readonly Approver[];
  readonly nowMs: number;
  readonly purpose: WarrantPurpose;
  readonly verifySignature: VerifySignature;
}

/** `earlyMs`: nothing is wrong but the time; so long must it wait by the clock that judged. */
export type WarrantVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: string; readonly earlyMs?: number };

/** How long a signed undo may wait for its turn: the order itself may have expired long before. */
export const undoWarrantMs = 3_600_000;

/**
 * Trusts no state that the gate left behind: digest, signatures, people, groups, quorum and times are judged again
 * from the order and the votes. A row that says `approved` is not enough.
 */
export function checkWarrant(facts: WarrantCase): WarrantVerdict {
  const { order, warrant, purpose, nowMs } = facts;
  if (warrant === null) return refuse('there is no warrant for this order');
  if (orderDigest(order) !== facts.orderDigest)
    return refuse('the order is not the one that was asked for');
  if (warrant.orderDigest !== facts.orderDigest) return refuse('the warrant is for another order');
  if (warrant.purpose !== purpose) return refuse('the warrant is for another purpose');
  if (warrant.voidReason !== null) return refuse(`the warrant was voided: ${warrant.voidReason}`);
  if (warrant.usedAtMs !== null) return refuse('the warrant was used');
  if (!(nowMs < warrant.expiresAtMs)) return refuse('the warrant expired');
  const votes = facts.votes.filter((vote) => warrant.voteIds.includes(vote.id));
  if (votes.length !== new Set(warrant.voteIds).size)
    return refuse('a vote that the warrant names is missing');
  return purpose === 'act'
    ? checkAct(facts, warrant.gateId, votes)
    : checkUndo(facts, warrant.gateId, votes);
}

function checkAct(facts: WarrantCase, gateId: string, votes: readonly CastVote[]): WarrantVerdict {
  const decision = decideGate({ ...facts, gateId, votes });
  if (decision.state === 'approved') return checkTime(facts);
  const refused = decision.refused.map((item) => item.why).join(', ');
  return refuse(
    `the votes do not approve it any more: ${decision.why}${refused === '' ? '' : ` (${refused})`}`,
  );
}

/** A clock that was set back: the order was approved, and its time comes again. */
function checkTime({ order, nowMs }: WarrantCase): WarrantVerdict {
  const earlyMs = Date.parse(order.notBefore) - nowMs;
  return earlyMs > 0 ? { ...refuse('the order is not valid yet'), earlyMs } : { ok: true };
}

function checkUndo(facts: WarrantCase, gateId: string, votes: readonly CastVote[]): WarrantVerdict {
  const [first] = votes;
  if (first === undefined) return refuse('nobody signed the undo');
  const whys = votes.map((vote) => judgeUndo({ ...facts, gateId }, vote));
  if (whys.some((why) => why === null)) return { ok: true };
  return refuse(`the undo is not signed by an eligible approver: ${whys.join(', ')}`);
}

const refuse = (why: string): { readonly ok: false; readonly why: string } => ({ ok: false, why });
