import { appendEntries } from '../audit/append.ts';
import { SallyportError } from '../domain/errors.ts';
import type { VoteRefusal } from '../domain/gate.ts';
import { isEligible, voteRefusals } from '../domain/gate.ts';
import type { Json } from '../domain/json.ts';
import type { SignedVote } from '../domain/vote.ts';
import { reasonDigest, verifyVote } from '../platform/signature.ts';
import { loadApprovers } from '../store/approvers.ts';
import type { Gate } from '../store/gates.ts';
import { gateEntry, listGates, loadGate } from '../store/gates.ts';
import { loadDelivery, markDelivered } from '../store/vote-delivery.ts';
import { voteRows } from '../store/vote-rows.ts';
import type { VoteVerdict } from '../store/votes.ts';
import { decideAndRecord, insertVote } from '../store/votes.ts';
import type { Identity } from './access.ts';
import type { PeopleDeps } from './people-deps.ts';
import { gateParams, gateQuery, gateShowQuery, revealNew, signedVote } from './people.schema.ts';
import { revealOrder, revealToken } from './reveal.ts';
import type { Answer, Route } from './route.ts';
import { accepted, ok, readers, route } from './route.ts';
import { keepTyped } from './typed-text.ts';

export function gatesRoutes(deps: PeopleDeps): readonly Route[] {
  return [
    route({
      method: 'GET', path: '/v1/gates', summary: 'Gates, those that wait unless told otherwise', roles: readers, query: gateQuery,
      handle: async ({ query }) => {
        const states = query.state === 'all' ? (['open', 'approved', 'denied', 'expired', 'void'] as const) : [query.state];
        return ok({ gates: (await listGates(deps.db, { tenant: deps.tenant, states })).map(summaryOf) });
      },
    }),
    route({
      method: 'GET', path: '/v1/gates/:id', summary: 'The exact order that waits, its digest, its votes; tokens in the clear for eligible approvers who ask', roles: readers, params: gateParams, query: gateShowQuery,
      handle: async ({ params, query, who }) => ok(await showGate(deps, { gateId: params.id, who, reveal: query.reveal === 'yes' })),
    }),
    route({
      method: 'POST', path: '/v1/gates/:id/votes', summary: 'Cast a signed vote', roles: ['approver'], params: gateParams, body: signedVote,
      handle: ({ params, body, who }) => {
        if (body.payload.gateId !== params.id) throw new SallyportError('REQUEST_INVALID', 'body.payload.gateId: is not the gate of this address');
        if (body.payload.decision === 'undo') throw new SallyportError('REQUEST_INVALID', 'body.payload.decision: an undo has a route of its own');
        return castVote(deps, body, who);
      },
    }),
    route({
      method: 'POST', path: '/v1/gates/:id/undo', summary: 'Start the undo of an action that was done, with one signed vote', roles: ['approver'], params: gateParams, body: signedVote,
      handle: ({ params, body, who }) => {
        if (body.payload.gateId !== params.id) throw new SallyportError('REQUEST_INVALID', 'body.payload.gateId: is not the gate of this address');
        if (body.payload.decision !== 'undo') throw new SallyportError('REQUEST_INVALID', 'body.payload.decision: this route takes an undo only');
        return castUndo(deps, body, who);
      },
    }),
    route({
      method: 'POST', path: '/v1/reveal', summary: 'The original behind a token; recorded with the reason', roles: ['approver'], body: revealNew,
      handle: async ({ body, who }) => ok(await revealToken(deps, { token: body.token, reason: body.reason, who })),
    }),
  ];
}

interface TypedVote extends SignedVote {
  readonly reason: string;
}

async function castVote(deps: PeopleDeps, vote: TypedVote, who: Identity): Promise<Answer> {
  const voteId = await keepVote(deps, vote, who);
  const arrived = await deliverWithin(deps, voteId);
  if (!arrived) return accepted({ voteId, gateId: vote.payload.gateId, verdict: 'pending', why: 'it is kept and will be delivered' });
  // The run had it judged, and this reads what was judged; where no run waits any more, this judges it.
  const verdict = await judgeHere(deps, voteId);
  await markDelivered(deps.db, voteId, deps.clock);
  return ok({ voteId, ...unlessRefused(verdict) });
}

/** False where the run did not answer in time: the vote stays undelivered, and the sweep takes it up. */
async function deliverWithin(deps: PeopleDeps, voteId: string): Promise<boolean> {
  const vote = await loadDelivery(deps.db, voteId);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), deps.voteDeadlineMs)));
  try {
    return await Promise.race([deps.deliverVote(vote).then(() => true, () => false), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** No execution waits for an undo: its verdict, its warrant and the request for its run are one transaction. */
async function castUndo(deps: PeopleDeps, vote: TypedVote, who: Identity): Promise<Answer> {
  const voteId = await keepVote(deps, vote, who);
  return accepted({ voteId, ...unlessRefused(await judgeHere(deps, voteId)) });
}

const judgeHere = (deps: PeopleDeps, voteId: string): Promise<VoteVerdict> =>
  deps.db.transaction((tx) => decideAndRecord(tx, voteId, { verifySignature: verifyVote, clock: deps.clock }));

/** The row is committed before anybody is told of it, so that a vote is never lost between two processes. */
async function keepVote(deps: PeopleDeps, vote: TypedVote, who: Identity): Promise<string> {
  const gate = await ownGate(deps, vote.payload.gateId);
  if (reasonDigest(vote.payload.nonce, vote.reason) !== vote.payload.reasonDigest) await refuseReason(deps, { gate, vote, who });
  return deps.db.transaction(async (tx) => {
    const reason = await keepTyped(tx, deps, vote.reason);
    const { payload, signature } = vote;
    return insertVote(tx, { payload, signature, person: who.person, reason }, deps.clock);
  });
}

/** SECURITY: only here is the reason known as it was typed; what is stored was redacted and cannot be checked again. */
async function refuseReason(deps: PeopleDeps, refused: { gate: Gate; vote: SignedVote; who: Identity }): Promise<never> {
  const { gate, vote, who } = refused;
  const data = { payload: vote.payload as unknown as Json, signature: vote.signature, publicKey: '', person: who.person, verdict: 'refused', why: 'reason-mismatch' };
  await appendEntries(deps.db, [gateEntry(gate, { type: 'vote.refused', actor: who.actor, outcome: 'refused', data }, deps.clock)]);
  throw new SallyportError('VOTE_REFUSED', explain('reason-mismatch'));
}

function unlessRefused(verdict: VoteVerdict): VoteVerdict {
  if (verdict.verdict === 'refused') throw new SallyportError('VOTE_REFUSED', explain(verdict.why));
  return verdict;
}

function explain(why: string): string {
  const known = Object.hasOwn(voteRefusals, why) ? voteRefusals[why as VoteRefusal] : 'The vote was refused.';
  return `${why}: ${known}`;
}

async function showGate(deps: PeopleDeps, asked: { gateId: string; who: Identity; reveal: boolean }): Promise<object> {
  const gate = await ownGate(deps, asked.gateId);
  const approvers = await loadApprovers(deps.db, deps.tenant);
  const eligible = asked.who.roles.includes('approver') && approvers.some((item) => item.person === asked.who.person && isEligible(gate.order, item));
  const votes = (await voteRows(deps.db, { gateId: gate.id })).map((row) => ({
    voteId: row.id, approver: row.approver, person: row.person, decision: row.decision, reason: row.reason,
    verdict: row.verdict, why: row.verdict_why, castAt: row.cast_at,
  }));
  return {
    ...summaryOf(gate),
    order: gate.order,
    votes,
    eligible,
    mayVote: approvers.filter((item) => isEligible(gate.order, item)).map((item) => item.id),
    revealed: asked.reveal && eligible ? await revealOrder(deps, gate, asked.who) : null,
  };
}

async function ownGate(deps: PeopleDeps, gateId: string): Promise<Gate> {
  const gate = await loadGate(deps.db, gateId);
  if (gate.tenant !== deps.tenant) throw new SallyportError('NOT_FOUND', 'no such gate');
  return gate;
}

function summaryOf(gate: Gate): object {
  const { order } = gate;
  return {
    gateId: gate.id,
    incidentId: gate.incidentId,
    runKey: gate.runKey,
    step: gate.step,
    state: gate.state,
    reason: gate.reason,
    orderDigest: gate.orderDigest,
    capability: order.capability,
    target: order.target,
    effect: order.effect,
    playbook: `${order.playbook.name}@${order.playbook.version}`,
    requester: order.requester,
    quorum: order.rule.quorum,
    groups: order.rule.groups,
    openedAt: gate.openedAt,
    expiresAt: gate.expiresAt,
    decidedAt: gate.decidedAt,
  };
}
