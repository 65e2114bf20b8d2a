import type { Order } from './order.ts';
import { orderDigest } from './order.ts';
import type { Approver, VotePayload } from './vote.ts';

/** Where a run waits for people. Each state but `open` is final for the order; `approved` may still become void. */
export type GateState = 'open' | 'approved' | 'denied' | 'expired' | 'void';

/** The only moves there are. A gate that asks anew is another gate, for another order. */
export const gateTransitions = {
  open: ['approved', 'denied', 'expired', 'void'],
  approved: ['void'],
  denied: [],
  expired: [],
  void: [],
} as const satisfies Record<GateState, readonly GateState[]>;

export function gateMayMove(from: GateState, to: GateState): boolean {
  const targets: readonly GateState[] = gateTransitions[from];
  return targets.includes(to);
}

/** A vote as the store holds it. `person` is whom the API token named, `castAtMs` when the engine got it. */
export interface CastVote {
  readonly id: string;
  readonly payload: VotePayload;
  readonly signature: string;
  readonly person: string;
  readonly castAtMs: number;
}

export type VerifySignature = (vote: CastVote, publicKey: string) => boolean;

/** Everything that a decision rests on; no clock and no key store is hidden behind it. */
export interface GateCase {
  readonly gateId: string;
  readonly order: Order;
  readonly votes: readonly CastVote[];
  readonly approvers: readonly Approver[];
  readonly nowMs: number;
  readonly verifySignature: VerifySignature;
}

export const voteRefusals = {
  'vote-unknown': 'No such vote was cast through the API.',
  'wrong-gate': 'The signature is for another gate.',
  'stale-digest': 'The signature is for another order than the one that waits.',
  'wrong-decision': 'This decision cannot be made here.',
  'approver-unknown': 'Nobody is registered under that approver id.',
  'approver-revoked': 'The approver was revoked.',
  'service-account': 'Service accounts never vote.',
  'wrong-person': 'The API token belongs to somebody else than the approver.',
  'key-unknown': 'The key is not one of the approver.',
  'key-revoked': 'The key was revoked.',
  'signature-bad': 'The signature does not fit.',
  'not-in-group': 'The approver is in none of the groups that the rule names.',
  requester: 'Whoever asked for the action may not approve it.',
  'author-alone': "The playbook's author may not approve alone.",
  'already-voted': 'One person, one vote; only an approval can be turned into a rejection.',
  'time-window': 'The time that was signed is too far from now, or before the gate opened.',
  'gate-expired': 'The gate expired; expiry means denied.',
  'gate-decided': 'The gate was decided before.',
  'reason-mismatch': 'The reason is not the one that was signed.',
  'nothing-to-undo': 'The order has no undo, or its action was not done.',
} as const;
export type VoteRefusal = keyof typeof voteRefusals;

export interface GateDecision {
  readonly state: GateState;
  readonly why: string;
  /** Ids of the votes that stand: approvals and rejections that were not replaced. */
  readonly counted: readonly string[];
  /** Of those, the approvals: what a warrant names. */
  readonly approvals: readonly string[];
  readonly refused: readonly { readonly voteId: string; readonly why: VoteRefusal }[];
}

export const voteLimits = {
  /** A signer's clock may run ahead of ours by this much. */
  skewMs: 120_000,
  /** From signing to arrival: a vote that was signed in advance and kept is refused. */
  ageMsMax: 900_000,
  quorumMax: 20,
} as const;

/**
 * Decides a gate that is open, from nothing but its order, its votes and who may vote. The rule is the one inside the
 * order, so that a policy that changes meanwhile lowers no bar. Votes count in the order of their arrival.
 */
export function decideGate(gate: GateCase): GateDecision {
  const digest = orderDigest(gate.order);
  const standing = new Map<
    string,
    { readonly vote: CastVote; readonly decision: 'approve' | 'reject' }
  >();
  const refused: { voteId: string; why: VoteRefusal }[] = [];
  for (const vote of inOrderOfArrival(gate.votes)) {
    const why = refusalOf(gate, vote, digest) ?? repeatRefusal(standing, vote);
    if (why !== null) refused.push({ voteId: vote.id, why });
    else if (vote.payload.decision !== 'undo')
      standing.set(personKey(vote.person), { vote, decision: vote.payload.decision });
  }
  const counted = [...standing.values()];
  const approvals = counted.filter((item) => item.decision === 'approve').map((item) => item.vote);
  const rejections = counted.length - approvals.length;
  return {
    ...outcomeOf(gate, approvals, rejections),
    counted: counted.map((item) => item.vote.id),
    approvals: approvals.map((vote) => vote.id),
    refused,
  };
}

/**
 * Whether a signed `undo` may start the undo of the order: one eligible approver suffices, for the undo stood in the
 * order that a quorum signed. That the action was done is the store's to know.
 */
export function judgeUndo(gate: Omit<GateCase, 'votes'>, vote: CastVote): VoteRefusal | null {
  if (vote.payload.decision !== 'undo') return 'wrong-decision';
  if (gate.order.undo === null) return 'nothing-to-undo';
  const why =
    bindingRefusal(gate, vote, orderDigest(gate.order)) ??
    identityRefusal(gate, vote) ??
    separationRefusal(gate.order, vote);
  if (why !== null) return why;
  return isAuthor(gate.order, vote.person) && !gate.order.rule.authorMayApproveAlone
    ? 'author-alone'
    : null;
}

/** May this approver vote on this order at all, whatever they would say? For lists, reminders and reveals. */
export function isEligible(order: Order, approver: Approver): boolean {
  return (
    approver.kind === 'person' &&
    approver.revokedAt === null &&
    inGroups(order, approver) &&
    (order.rule.requesterMayApprove || personKey(approver.person) !== personKey(order.requester))
  );
}

/**
 * Accounts of one person have one key: letter case, compatibility forms and mail tags (`carol+2@…`) make no second voter.
 * Used only where merging two people makes the gate stricter; who somebody *is* is compared byte for byte.
 */
export function personKey(person: string): string {
  const folded = person.normalize('NFKC').trim().toLowerCase();
  const at = folded.lastIndexOf('@');
  const local = at < 0 ? folded : folded.slice(0, at);
  const tag = local.indexOf('+');
  const plain = tag > 0 ? local.slice(0, tag) : local;
  return at < 0 ? plain : plain + folded.slice(at);
}

function outcomeOf(
  gate: GateCase,
  approvals: readonly CastVote[],
  rejections: number,
): { state: GateState; why: string } {
  const rule = gate.order.rule;
  const vetoes = atLeastOne(rule.vetoes);
  if (rejections >= vetoes)
    return { state: 'denied', why: `rejected by ${rejections} of the ${vetoes} that deny it` };
  if (isExpired(gate))
    return { state: 'expired', why: 'nobody decided in time, which means denied' };
  const quorum = atLeastOne(rule.quorum);
  if (approvals.length < quorum)
    return { state: 'open', why: `${approvals.length} of ${quorum} approvals` };
  const onlyAuthor = approvals.every((vote) => isAuthor(gate.order, vote.person));
  if (onlyAuthor && !rule.authorMayApproveAlone)
    return { state: 'open', why: "the playbook's author may not approve alone" };
  return { state: 'approved', why: `${approvals.length} of ${quorum} approvals` };
}

function refusalOf(gate: GateCase, vote: CastVote, digest: string): VoteRefusal | null {
  if (vote.payload.decision !== 'approve' && vote.payload.decision !== 'reject')
    return 'wrong-decision';
  return (
    bindingRefusal(gate, vote, digest) ??
    identityRefusal(gate, vote) ??
    (vote.payload.decision === 'approve' ? separationRefusal(gate.order, vote) : null) ??
    (vote.castAtMs >= Date.parse(gate.order.expiresAt) || isExpired(gate) ? 'gate-expired' : null)
  );
}

function bindingRefusal(
  gate: Omit<GateCase, 'votes'>,
  vote: CastVote,
  digest: string,
): VoteRefusal | null {
  if (vote.payload.gateId !== gate.gateId) return 'wrong-gate';
  if (vote.payload.orderDigest !== digest) return 'stale-digest';
  const signedMs = Date.parse(vote.payload.time);
  const fits =
    signedMs <= vote.castAtMs + voteLimits.skewMs &&
    signedMs >= vote.castAtMs - voteLimits.ageMsMax &&
    signedMs >= Date.parse(gate.order.notBefore) - voteLimits.skewMs;
  return fits ? null : 'time-window';
}

function identityRefusal(gate: Omit<GateCase, 'votes'>, vote: CastVote): VoteRefusal | null {
  const approver = gate.approvers.find((item) => item.id === vote.payload.approver);
  if (approver === undefined) return 'approver-unknown';
  if (approver.kind !== 'person') return 'service-account';
  if (approver.revokedAt !== null) return 'approver-revoked';
  if (approver.person !== vote.person) return 'wrong-person';
  const key = approver.keys.find((item) => item.keyId === vote.payload.keyId);
  if (key === undefined) return 'key-unknown';
  if (key.revokedAt !== null) return 'key-revoked';
  if (!gate.verifySignature(vote, key.publicKey)) return 'signature-bad';
  return inGroups(gate.order, approver) ? null : 'not-in-group';
}

/** A rejection by the requester counts: withdrawing one's own request is always safe. */
function separationRefusal(order: Order, vote: CastVote): VoteRefusal | null {
  const asked = personKey(vote.person) === personKey(order.requester);
  return asked && !order.rule.requesterMayApprove ? 'requester' : null;
}

function repeatRefusal(
  standing: ReadonlyMap<string, { readonly decision: string }>,
  vote: CastVote,
): VoteRefusal | null {
  const earlier = standing.get(personKey(vote.person));
  if (earlier === undefined) return null;
  return earlier.decision === 'approve' && vote.payload.decision === 'reject'
    ? null
    : 'already-voted';
}

function inGroups(order: Order, approver: Approver): boolean {
  return order.rule.groups.some((group) => approver.groups.includes(group));
}

/** SECURITY: a rule that asks for nobody, or for NaN people, must not open a gate by itself. */
const atLeastOne = (count: number): number => (count >= 1 ? count : 1);

const isAuthor = (order: Order, person: string): boolean =>
  personKey(person) === personKey(order.playbook.author);

const isExpired = (gate: GateCase): boolean => !(gate.nowMs < Date.parse(gate.order.expiresAt));

function inOrderOfArrival(votes: readonly CastVote[]): readonly CastVote[] {
  return votes.toSorted(
    (a, b) => a.castAtMs - b.castAtMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}
