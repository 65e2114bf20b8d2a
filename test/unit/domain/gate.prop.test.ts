import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CastVote } from '../../../domain/gate.ts';
import { decideGate, personKey } from '../../../domain/gate.ts';
import type { Order } from '../../../domain/order.ts';
import { orderDigest } from '../../../domain/order.ts';
import { checkWarrant } from '../../../domain/warrant.ts';
import { verifyVote } from '../../../platform/signature.ts';
import type { Person } from '../../support/orders.ts';
import { aPerson, aRule, aVote, anOrder, hourMs, openedMs } from '../../support/orders.ts';

const crew: readonly Person[] = [
  aPerson('alice'),
  aPerson('bob'),
  aPerson('carol'),
  aPerson('Carol'),
  aPerson('dave'),
  aPerson('svc-bot', { kind: 'service' }),
  aPerson('gone', { revokedAt: '2026-11-22T04:00:00Z' }),
  aPerson('outsider', { groups: ['auditors'] }),
];
const approvers = crew.map((person) => person.approver);
const rules = fc.record({
  quorum: fc.integer({ min: 0, max: 4 }),
  vetoes: fc.integer({ min: 0, max: 2 }),
  requesterMayApprove: fc.boolean(),
  authorMayApproveAlone: fc.boolean(),
});
const ballots = fc.array(
  fc.record({
    by: fc.integer({ min: 0, max: crew.length - 1 }),
    decision: fc.constantFrom(
      'approve' as const,
      'approve' as const,
      'reject' as const,
      'undo' as const,
    ),
    atMs: fc.integer({ min: openedMs, max: openedMs + hourMs + 60_000 }),
    spoil: fc.constantFrom(
      'none' as const,
      'none' as const,
      'none' as const,
      'digest' as const,
      'signature' as const,
      'gate' as const,
    ),
  }),
  { maxLength: 10 },
);

type Ballot = (typeof ballots)['generate'] extends (...args: never[]) => { value: (infer Item)[] }
  ? Item
  : never;

function cast(order: Order, ballot: Ballot): CastVote {
  const by = crew[ballot.by] ?? aPerson('nobody');
  const gateId = ballot.spoil === 'gate' ? 'gat_other' : 'gat_1';
  const payload = ballot.spoil === 'digest' ? { orderDigest: '0'.repeat(64) } : {};
  const vote = aVote(by, { order, gateId, decision: ballot.decision, atMs: ballot.atMs, payload });
  return ballot.spoil === 'signature'
    ? { ...vote, payload: { ...vote.payload, nonce: 'spoiled' } }
    : vote;
}

/** Written apart from the code under test: who really approved, as a person with a pencil would count. */
function trueApprovers(order: Order, votes: readonly CastVote[]): ReadonlySet<string> {
  const sound = votes.filter(
    (vote) =>
      ['alice', 'bob', 'carol', 'Carol', 'dave'].includes(vote.person) &&
      vote.payload.gateId === 'gat_1' &&
      vote.payload.orderDigest === orderDigest(order) &&
      vote.payload.nonce !== 'spoiled' &&
      vote.castAtMs < openedMs + hourMs,
  );
  const mayApprove = (vote: CastVote): boolean =>
    vote.person !== 'alice' || order.rule.requesterMayApprove;
  return new Set(
    sound
      .filter((vote) => vote.payload.decision === 'approve' && mayApprove(vote))
      .map((vote) => personKey(vote.person)),
  );
}

const decide = (order: Order, votes: readonly CastVote[]): ReturnType<typeof decideGate> =>
  decideGate({
    gateId: 'gat_1',
    order,
    votes,
    approvers,
    nowMs: openedMs + hourMs - 1,
    verifySignature: verifyVote,
  });

describe('whatever votes arrive', () => {
  it('an approved gate has its quorum of distinct people, none of them the requester or the author alone', () => {
    fc.assert(
      fc.property(rules, ballots, (rule, drawn) => {
        const order = anOrder({ rule: aRule(rule) });
        const votes = drawn.map((ballot) => cast(order, ballot));
        const real = trueApprovers(order, votes);
        if (decide(order, votes).state !== 'approved') return;
        expect(real.size).toBeGreaterThanOrEqual(Math.max(1, rule.quorum));
        if (!rule.requesterMayApprove) expect(real).not.toContain('alice');
        if (!rule.authorMayApproveAlone) expect([...real]).not.toEqual(['bob']);
      }),
      { numRuns: 150 },
    );
  });

  it('each is counted, replaced or refused, and the order in which rows are read changes nothing', () => {
    fc.assert(
      fc.property(ballots, fc.infiniteStream(fc.nat()), (drawn, noise) => {
        const order = anOrder();
        const votes = drawn.map((ballot) => cast(order, ballot));
        const shuffled = votes
          .map((vote) => ({ vote, key: noise.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map((item) => item.vote);
        const decision = decide(order, votes);
        expect(decide(order, shuffled)).toEqual(decision);
        const named = [...decision.counted, ...decision.refused.map((item) => item.voteId)];
        expect(new Set(named).size).toBe(named.length);
      }),
      { numRuns: 80 },
    );
  });

  it('one more refused vote never changes the outcome', () => {
    fc.assert(
      fc.property(ballots, (drawn) => {
        const order = anOrder();
        const votes = drawn.map((ballot) => cast(order, ballot));
        const before = decide(order, votes);
        const sound = votes.filter(
          (vote) => !before.refused.some((item) => item.voteId === vote.id),
        );
        expect(decide(order, sound)).toMatchObject({
          state: before.state,
          counted: before.counted,
        });
      }),
      { numRuns: 80 },
    );
  });

  it('the executor accepts exactly what the gate approved', () => {
    fc.assert(
      fc.property(rules, ballots, (rule, drawn) => {
        const order = anOrder({ rule: aRule(rule) });
        const votes = drawn.map((ballot) => cast(order, ballot));
        const decision = decide(order, votes);
        const digest = orderDigest(order);
        const warrant = {
          orderDigest: digest,
          purpose: 'act',
          gateId: 'gat_1',
          voteIds: decision.approvals,
          expiresAtMs: openedMs + hourMs,
          usedAtMs: null,
          voidReason: null,
        } as const;
        const verdict = checkWarrant({
          order,
          orderDigest: digest,
          warrant,
          votes,
          approvers,
          nowMs: openedMs + hourMs - 1,
          purpose: 'act',
          verifySignature: verifyVote,
        });
        if (decision.state === 'approved') expect(verdict).toEqual({ ok: true });
        if (decision.state === 'open') expect(verdict.ok).toBe(false);
      }),
      { numRuns: 120 },
    );
  });

  it('any change to the order leaves a warrant without votes', () => {
    const signed = [aVote(crew[2] ?? aPerson('x')), aVote(crew[4] ?? aPerson('y'))];
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(anOrder()) as (keyof Order)[])),
        fc.string(),
        (field, text) => {
          const order = { ...anOrder(), [field]: text } as unknown as Order;
          fc.pre(typeof order.rule === 'object' && typeof order.playbook === 'object');
          const decision = decideGate({
            gateId: 'gat_1',
            order,
            votes: signed,
            approvers,
            nowMs: openedMs + 180_000,
            verifySignature: verifyVote,
          });
          expect(decision.counted).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
