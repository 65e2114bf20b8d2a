import { describe, expect, it } from 'vitest';
import type {
  CastVote,
  GateCase,
  GateDecision,
  GateState,
  VoteRefusal,
} from '../../../domain/gate.ts';
import {
  decideGate,
  gateMayMove,
  gateTransitions,
  isEligible,
  judgeUndo,
  personKey,
  voteLimits,
} from '../../../domain/gate.ts';
import type { Order } from '../../../domain/order.ts';
import type { Approver } from '../../../domain/vote.ts';
import { verifyVote } from '../../../platform/signature.ts';
import { aPerson, aRule, aVote, anOrder, hourMs, openedMs, people } from '../../support/orders.ts';

const { alice, bob, carol, dave, erin } = people('alice', 'bob', 'carol', 'dave', 'erin');
const everyone = [alice, bob, carol, dave, erin].map((person) => person.approver);
const order = anOrder();

function decide(votes: readonly CastVote[], over: Partial<GateCase> = {}): GateDecision {
  return decideGate({
    gateId: 'gat_1',
    order,
    votes,
    approvers: everyone,
    nowMs: openedMs + 120_000,
    verifySignature: verifyVote,
    ...over,
  });
}

function refuses(vote: CastVote, why: VoteRefusal, over: Partial<GateCase> = {}): void {
  const decision = decide([vote], over);
  expect(decision.refused).toEqual([{ voteId: vote.id, why }]);
  expect(decision.counted).toEqual([]);
}

const withApprover = (changed: Approver): readonly Approver[] =>
  everyone.map((item) => (item.id === changed.id ? changed : item));
const withRule = (rule: Partial<Order['rule']>): Order => anOrder({ rule: aRule(rule) });

describe('a gate', () => {
  it('is approved by as many people as the rule asks for', () => {
    const votes = [aVote(carol), aVote(dave)];
    expect(decide(votes)).toMatchObject({
      state: 'approved',
      approvals: votes.map((vote) => vote.id),
      refused: [],
    });
  });

  it('waits while people are missing', () => {
    expect(decide([]).state).toBe('open');
    expect(decide([aVote(carol)])).toMatchObject({ state: 'open', why: '1 of 2 approvals' });
  });

  it('is denied by one rejection where one is enough', () => {
    expect(decide([aVote(carol), aVote(dave, { decision: 'reject' })]).state).toBe('denied');
  });

  it('is denied only by as many rejections as the rule names', () => {
    const patient = withRule({ vetoes: 2 });
    const no = (person: typeof carol): CastVote =>
      aVote(person, { order: patient, decision: 'reject' });
    expect(decide([no(carol)], { order: patient }).state).toBe('open');
    expect(decide([no(carol), no(dave)], { order: patient }).state).toBe('denied');
  });

  it('lets a rejection win over a quorum that came first', () => {
    expect(decide([aVote(carol), aVote(dave), aVote(erin, { decision: 'reject' })]).state).toBe(
      'denied',
    );
  });

  it('expires when its time is up, and counts nobody afterwards', () => {
    const late = openedMs + hourMs;
    const vote = aVote(dave, { atMs: late });
    expect(decide([], { nowMs: late })).toMatchObject({ state: 'expired' });
    refuses(vote, 'gate-expired', { nowMs: late });
    expect(decide([aVote(carol), aVote(dave)], { nowMs: late }).state).toBe('expired');
  });

  it('expires where its expiry cannot be read', () => {
    expect(decide([], { order: anOrder({ expiresAt: 'soon' }) }).state).toBe('expired');
  });

  it.each([0, -1])('never opens by itself, whatever quorum (%s) its rule has', (quorum) => {
    expect(decide([], { order: withRule({ quorum }) }).state).toBe('open');
  });

  it('asks for somebody else where only the author approved', () => {
    const single = withRule({ quorum: 1 });
    expect(decide([aVote(bob, { order: single })], { order: single }).state).toBe('open');
    expect(
      decide([aVote(bob, { order: single }), aVote(carol, { order: single })], { order: single })
        .state,
    ).toBe('approved');
    const trusting = withRule({ quorum: 1, authorMayApproveAlone: true });
    expect(decide([aVote(bob, { order: trusting })], { order: trusting }).state).toBe('approved');
  });

  it('counts the author as one of two', () => {
    expect(decide([aVote(bob), aVote(carol)]).state).toBe('approved');
  });

  it('goes by the rule in the order, not by one that says less', () => {
    const forged = aVote(carol, { order: withRule({ quorum: 1 }) });
    refuses(forged, 'stale-digest');
  });
});

describe('a gate refuses a vote', () => {
  it('from the person who asked', () => {
    refuses(aVote(alice), 'requester');
    refuses(aVote(alice), 'requester', { order: anOrder({ requester: 'alice' }) });
  });

  it('from the person who asked under another spelling', () => {
    for (const requester of ['Alice', 'ALICE', ' alice ', 'alice+soc']) {
      const asked = anOrder({ requester });
      refuses(aVote(alice, { order: asked }), 'requester', { order: asked });
    }
  });

  it('unless the rule lets the requester approve', () => {
    const lenient = withRule({ requesterMayApprove: true });
    expect(decide([aVote(alice, { order: lenient })], { order: lenient }).counted).toHaveLength(1);
  });

  it('that is a second approval of the same person', () => {
    const [first, second] = [aVote(carol), aVote(carol)];
    expect(decide([first, second])).toMatchObject({
      state: 'open',
      refused: [{ voteId: second.id, why: 'already-voted' }],
    });
  });

  it('that is a second approval under another account of the same person', () => {
    for (const alias of ['Carol', 'carol+2', 'ＣＡＲＯＬ']) {
      const other = aPerson(alias);
      const decision = decide([aVote(carol), aVote(other)], {
        approvers: [...everyone, other.approver],
      });
      expect(decision).toMatchObject({ state: 'open', counted: [expect.any(String)] });
    }
  });

  it('from two accounts that are registered for one person', () => {
    const second = aPerson('carol-laptop', { person: 'carol' });
    const decision = decide([aVote(carol), aVote(second)], {
      approvers: [...everyone, second.approver],
    });
    expect(decision.refused.map((item) => item.why)).toEqual(['already-voted']);
  });

  it('that turns a rejection into an approval', () => {
    const patient = withRule({ vetoes: 2 });
    const votes = [
      aVote(carol, { order: patient, decision: 'reject' }),
      aVote(carol, { order: patient }),
    ];
    expect(decide(votes, { order: patient }).refused.map((item) => item.why)).toEqual([
      'already-voted',
    ]);
  });

  it('from a service account', () => {
    const bot = aPerson('svc-bot', { kind: 'service' });
    refuses(aVote(bot), 'service-account', { approvers: [...everyone, bot.approver] });
  });

  it('from somebody unknown, revoked or outside the groups', () => {
    const mallory = aPerson('mallory');
    refuses(aVote(mallory), 'approver-unknown');
    refuses(aVote(carol), 'approver-revoked', {
      approvers: withApprover({ ...carol.approver, revokedAt: '2026-11-22T04:00:00Z' }),
    });
    refuses(aVote(carol), 'not-in-group', {
      approvers: withApprover({ ...carol.approver, groups: ['auditors'] }),
    });
    refuses(aVote(carol, { order: withRule({ groups: [] }) }), 'not-in-group', {
      order: withRule({ groups: [] }),
    });
  });

  it('whose key is unknown, revoked or another person’s', () => {
    const [key] = carol.approver.keys;
    refuses(aVote(carol), 'key-unknown', {
      approvers: withApprover({ ...carol.approver, keys: [] }),
    });
    refuses(aVote(carol), 'key-revoked', {
      approvers: withApprover({
        ...carol.approver,
        keys: key === undefined ? [] : [{ ...key, revokedAt: '2026-11-22T04:00:00Z' }],
      }),
    });
    refuses(aVote(dave, { payload: { approver: 'carol' }, person: 'carol' }), 'key-unknown');
    refuses(
      aVote(dave, { payload: { approver: 'carol', keyId: carol.key.keyId }, person: 'carol' }),
      'signature-bad',
    );
  });

  it('that somebody else hands in', () => {
    refuses(aVote(carol, { person: 'mallory' }), 'wrong-person');
  });

  it('for another gate, another order or with another decision', () => {
    refuses(aVote(carol, { gateId: 'gat_2' }), 'wrong-gate');
    refuses(
      aVote(carol, { order: anOrder({ target: { kind: 'host', id: 'db-11' } }) }),
      'stale-digest',
    );
    refuses(aVote(carol, { decision: 'undo' }), 'wrong-decision');
  });

  it('of which one byte changed after it was signed', () => {
    const vote = aVote(carol, { decision: 'reject' });
    refuses({ ...vote, payload: { ...vote.payload, decision: 'approve' } }, 'signature-bad');
    refuses({ ...vote, payload: { ...vote.payload, nonce: 'other' } }, 'signature-bad');
    const other = vote.signature.startsWith('A') ? 'B' : 'A';
    refuses({ ...vote, signature: `${other}${vote.signature.slice(1)}` }, 'signature-bad');
    refuses({ ...vote, signature: '' }, 'signature-bad');
  });

  it('that was signed too long ago, in the future, before the gate, or at no time', () => {
    const atMs = openedMs + 1_800_000;
    const signedAt = (ms: number): CastVote =>
      aVote(carol, { atMs, payload: { time: new Date(ms).toISOString() } });
    const nowMs = atMs;
    refuses(signedAt(atMs - voteLimits.ageMsMax - 1), 'time-window', { nowMs });
    refuses(signedAt(atMs + voteLimits.skewMs + 1), 'time-window', { nowMs });
    refuses(
      aVote(carol, {
        atMs: openedMs,
        payload: { time: new Date(openedMs - voteLimits.skewMs - 1).toISOString() },
      }),
      'time-window',
    );
    refuses(aVote(carol, { payload: { time: 'yesterday' } }), 'time-window');
    expect(decide([signedAt(atMs - voteLimits.ageMsMax)], { nowMs }).counted).toHaveLength(1);
  });
});

describe('a person', () => {
  it('may turn an approval into a rejection while the gate is open', () => {
    const patient = withRule({ vetoes: 2 });
    const votes = [
      aVote(carol, { order: patient }),
      aVote(carol, { order: patient, decision: 'reject' }),
      aVote(dave, { order: patient }),
    ];
    expect(decide(votes, { order: patient })).toMatchObject({
      state: 'open',
      approvals: [votes[2]?.id],
    });
  });

  it('may reject what they asked for themselves', () => {
    expect(decide([aVote(alice, { decision: 'reject' })]).state).toBe('denied');
  });

  it.each([
    ['carol', 'CAROL'],
    ['carol', 'carol+two'],
    ['carol@acme.example', 'Carol+x@ACME.example'],
    ['carol', 'ｃａｒｏｌ'],
  ])('%s is the same voter as %s', (one, other) => {
    expect(personKey(one)).toBe(personKey(other));
  });

  it.each([
    ['carol', 'carl'],
    ['carol@acme.example', 'carol@evil.example'],
    ['+a', '+b'],
  ])('%s is another voter than %s', (one, other) => {
    expect(personKey(one)).not.toBe(personKey(other));
  });

  it('is eligible by kind, group, standing and distance from the request', () => {
    expect(isEligible(order, carol.approver)).toBe(true);
    expect(isEligible(order, alice.approver)).toBe(false);
    expect(isEligible(order, { ...carol.approver, kind: 'service' })).toBe(false);
    expect(isEligible(order, { ...carol.approver, groups: [] })).toBe(false);
    expect(isEligible(order, { ...carol.approver, revokedAt: '2026-01-01T00:00:00Z' })).toBe(false);
  });
});

describe('an undo', () => {
  const later = openedMs + 5 * hourMs;
  const judge = (vote: CastVote, over: Partial<GateCase> = {}): VoteRefusal | null =>
    judgeUndo(
      {
        gateId: 'gat_1',
        order,
        approvers: everyone,
        nowMs: later,
        verifySignature: verifyVote,
        ...over,
      },
      vote,
    );

  it('is started by one eligible approver, long after the order expired', () => {
    expect(judge(aVote(carol, { decision: 'undo', atMs: later }))).toBeNull();
  });

  it('needs an undo in the order that people signed', () => {
    const final = anOrder({ undo: null });
    expect(
      judge(aVote(carol, { order: final, decision: 'undo', atMs: later }), { order: final }),
    ).toBe('nothing-to-undo');
  });

  it('is not started by an approval, the requester, the lone author, a stranger or a stale signature', () => {
    const stranger = aPerson('mallory');
    expect(judge(aVote(carol, { atMs: later }))).toBe('wrong-decision');
    expect(judge(aVote(alice, { decision: 'undo', atMs: later }))).toBe('requester');
    expect(judge(aVote(bob, { decision: 'undo', atMs: later }))).toBe('author-alone');
    expect(judge(aVote(stranger, { decision: 'undo', atMs: later }))).toBe('approver-unknown');
    expect(
      judge(aVote(carol, { decision: 'undo', atMs: later, payload: { time: order.notBefore } })),
    ).toBe('time-window');
  });
});

describe('the table of gate states', () => {
  it('lets only open gates be decided, and only approved ones be voided afterwards', () => {
    const moves = (Object.keys(gateTransitions) as GateState[]).flatMap((from) =>
      gateTransitions[from].map((to) => `${from} > ${to}`),
    );
    expect(moves).toEqual([
      'open > approved',
      'open > denied',
      'open > expired',
      'open > void',
      'approved > void',
    ]);
    expect(gateMayMove('denied', 'approved')).toBe(false);
  });
});
