import { appendEntries } from '../audit/append.ts';
import { SallyportError } from '../domain/errors.ts';
import type { VoteRefusal } from '../domain/gate.ts';
import { voteRefusals } from '../domain/gate.ts';
import { asJson } from '../domain/json.ts';
import type { SignedVote } from '../domain/vote.ts';
import { failpoint } from '../platform/failpoint.ts';
import { reasonDigest, verifyVote } from '../platform/signature.ts';
import type { Gate } from '../store/gate-rows.ts';
import { gateEntry } from '../store/gate-rows.ts';
import { loadDelivery, markDelivered } from '../store/vote-delivery.ts';
import type { VoteVerdict } from '../store/votes.ts';
import { decideAndRecord, insertVote } from '../store/votes.ts';
import type { Identity } from './access.ts';
import { ownGate } from './gate-view.ts';
import type { PeopleDeps } from './people-deps.ts';
import type { Answer } from './route.ts';
import { accepted, ok } from './route.ts';
import { keepTyped } from './typed-text.ts';

export interface TypedVote extends SignedVote {
  readonly reason: string;
}

/** 200 with the verdict, 202 where the run did not answer in time; a refusal is VOTE_REFUSED with its rule. */
export async function castVote(deps: PeopleDeps, vote: TypedVote, who: Identity): Promise<Answer> {
  const voteId = await keepVote(deps, vote, who);
  failpoint('vote-after-row');
  const arrived = await deliverWithin(deps, voteId);
  if (!arrived)
    return accepted({
      voteId,
      gateId: vote.payload.gateId,
      verdict: 'pending',
      why: 'it is kept and will be delivered',
    });
  // The run had it judged, and this reads what was judged; where no run waits any more, this judges it.
  const verdict = await judgeHere(deps, voteId);
  failpoint('vote-before-delivered');
  await markDelivered(deps.db, voteId, deps.clock);
  return ok({ voteId, ...unlessRefused(verdict) });
}

/** False where the run did not answer in time: the vote stays undelivered, and the sweep takes it up. */
async function deliverWithin(deps: PeopleDeps, voteId: string): Promise<boolean> {
  const vote = await loadDelivery(deps.db, voteId);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>(
    (resolve) => (timer = setTimeout(() => resolve(false), deps.voteDeadlineMs)),
  );
  try {
    return await Promise.race([
      deps.deliverVote(vote).then(
        () => true,
        () => false,
      ),
      deadline,
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** No execution waits for an undo: its verdict, its warrant and the request for its run are one transaction. */
export async function castUndo(deps: PeopleDeps, vote: TypedVote, who: Identity): Promise<Answer> {
  const voteId = await keepVote(deps, vote, who);
  failpoint('undo-after-row');
  const verdict = await judgeHere(deps, voteId);
  failpoint('undo-after-verdict');
  return accepted({ voteId, ...unlessRefused(verdict) });
}

const judgeHere = (deps: PeopleDeps, voteId: string): Promise<VoteVerdict> =>
  deps.db.transaction((tx) =>
    decideAndRecord(tx, voteId, { verifySignature: verifyVote, clock: deps.clock }),
  );

/** The row is committed before anybody is told of it, so that a vote is never lost between two processes. */
async function keepVote(deps: PeopleDeps, vote: TypedVote, who: Identity): Promise<string> {
  const gate = await ownGate(deps, vote.payload.gateId);
  if (reasonDigest(vote.payload.nonce, vote.reason) !== vote.payload.reasonDigest)
    await refuseReason(deps, { gate, vote, who });
  failpoint('vote-before-row');
  return deps.db.transaction(async (tx) => {
    const reason = await keepTyped(tx, deps, vote.reason);
    const { payload, signature } = vote;
    return insertVote(tx, { payload, signature, person: who.person, reason }, deps.clock);
  });
}

/** SECURITY: only here is the reason known as it was typed; what is stored was redacted and cannot be checked again. */
async function refuseReason(
  deps: PeopleDeps,
  refused: { gate: Gate; vote: SignedVote; who: Identity },
): Promise<never> {
  const { gate, vote, who } = refused;
  const data = {
    payload: asJson(vote.payload),
    signature: vote.signature,
    publicKey: '',
    person: who.person,
    verdict: 'refused',
    why: 'reason-mismatch',
  };
  await appendEntries(deps.db, [
    gateEntry(
      gate,
      { type: 'vote.refused', actor: who.actor, outcome: 'refused', data },
      deps.clock,
    ),
  ]);
  throw new SallyportError('VOTE_REFUSED', explain('reason-mismatch'));
}

function unlessRefused(verdict: VoteVerdict): VoteVerdict {
  if (verdict.verdict === 'refused') throw new SallyportError('VOTE_REFUSED', explain(verdict.why));
  return verdict;
}

function explain(why: string): string {
  const known = Object.hasOwn(voteRefusals, why)
    ? voteRefusals[why as VoteRefusal]
    : 'The vote was refused.';
  return `${why}: ${known}`;
}
