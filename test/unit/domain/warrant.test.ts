import { describe, expect, it } from 'vitest';
import type { CastVote } from '../../../domain/gate.ts';
import { orderDigest } from '../../../domain/order.ts';
import type { Warrant, WarrantCase } from '../../../domain/warrant.ts';
import { checkWarrant } from '../../../domain/warrant.ts';
import { verifyVote } from '../../../platform/signature.ts';
import { aRule, aVote, anOrder, hourMs, openedMs, people } from '../../support/orders.ts';

const { bob, carol, dave, erin } = people('bob', 'carol', 'dave', 'erin');
const everyone = [bob, carol, dave, erin].map((person) => person.approver);
const order = anOrder();
const digest = orderDigest(order);
const votes = [aVote(carol), aVote(dave)];

function aWarrant(over: Partial<Warrant> = {}, by: readonly CastVote[] = votes): Warrant {
  return {
    orderDigest: digest,
    purpose: 'act',
    gateId: 'gat_1',
    voteIds: by.map((vote) => vote.id),
    expiresAtMs: openedMs + hourMs,
    usedAtMs: null,
    voidReason: null,
    ...over,
  };
}

const aCase = (over: Partial<WarrantCase> = {}): WarrantCase => ({
  order,
  orderDigest: digest,
  warrant: aWarrant(),
  votes,
  approvers: everyone,
  nowMs: openedMs + 180_000,
  purpose: 'act',
  verifySignature: verifyVote,
  ...over,
});

function refuses(over: Partial<WarrantCase>, why: RegExp): void {
  const verdict = checkWarrant(aCase(over));
  expect(verdict).toMatchObject({ ok: false, why: expect.stringMatching(why) });
}

describe('a warrant', () => {
  it('opens the executor for the order that a quorum signed', () => {
    expect(checkWarrant(aCase())).toEqual({ ok: true });
  });

  it('does not open for an order of which anything changed', () => {
    const changed = { ...order, parameters: { host: 'db-11', level: 1 } };
    refuses({ order: changed }, /not the one that was asked for/);
    refuses({ order: changed, orderDigest: orderDigest(changed) }, /for another order/);
    const moved = {
      ...order,
      connection: { ...order.connection, address: 'https://evil.example' },
    };
    refuses(
      {
        order: moved,
        orderDigest: orderDigest(moved),
        warrant: aWarrant({ orderDigest: orderDigest(moved) }),
      },
      /stale-digest/,
    );
  });

  it('does not open where it is missing, used, void, expired or for something else', () => {
    refuses({ warrant: null }, /no warrant/);
    refuses({ warrant: aWarrant({ usedAtMs: openedMs + 1 }) }, /was used/);
    refuses({ warrant: aWarrant({ voidReason: 'the host changed' }) }, /voided: the host changed/);
    refuses({ nowMs: openedMs + hourMs }, /expired/);
    refuses({ warrant: aWarrant({ expiresAtMs: Number.NaN }) }, /expired/);
    refuses({ warrant: aWarrant({ purpose: 'undo' }) }, /another purpose/);
    refuses({ purpose: 'undo' }, /another purpose/);
  });

  it('waits where only its time has not come, as after a clock was set back, and for nothing else', () => {
    expect(checkWarrant(aCase({ nowMs: openedMs - hourMs }))).toMatchObject({
      ok: false,
      earlyMs: hourMs,
    });
    const unapproved = checkWarrant(aCase({ nowMs: openedMs - 1, votes: votes.slice(1) }));
    expect(unapproved).toEqual({ ok: false, why: expect.stringContaining('missing') });
  });

  it('does not outlive its order, whatever its own expiry says', () => {
    refuses(
      { warrant: aWarrant({ expiresAtMs: openedMs + 10 * hourMs }), nowMs: openedMs + 2 * hourMs },
      /do not approve it/,
    );
  });

  it('does not open where a vote that it names is missing, repeated, forged or not named', () => {
    refuses({ votes: votes.slice(1) }, /missing/);
    refuses({ warrant: aWarrant({}, votes.slice(1)) }, /1 of 2/);
    refuses({ warrant: aWarrant({ voteIds: [] }) }, /0 of 2/);
    const [first] = votes;
    const forged = votes.map((vote) =>
      vote === first ? vote : { ...vote, signature: first?.signature ?? '' },
    );
    refuses({ votes: forged }, /signature-bad/);
  });

  it('does not open where somebody who approved was revoked, left the group or lost the key since', () => {
    const changed = (over: Partial<(typeof everyone)[number]>): WarrantCase['approvers'] =>
      everyone.map((item) => (item.id === 'carol' ? { ...item, ...over } : item));
    refuses({ approvers: changed({ revokedAt: '2026-11-22T05:02:00Z' }) }, /approver-revoked/);
    refuses({ approvers: changed({ groups: [] }) }, /not-in-group/);
    refuses({ approvers: changed({ keys: [] }) }, /key-unknown/);
    refuses({ approvers: changed({ kind: 'service' }) }, /service-account/);
  });

  it('counts the quorum of the order, not of a row that says approved', () => {
    const strict = anOrder({ rule: aRule({ quorum: 3 }) });
    const signed = [aVote(carol, { order: strict }), aVote(dave, { order: strict })];
    const warrant = aWarrant({ orderDigest: orderDigest(strict) }, signed);
    refuses({ order: strict, orderDigest: orderDigest(strict), warrant, votes: signed }, /2 of 3/);
  });
});

describe('a warrant to undo', () => {
  const nowMs = openedMs + 5 * hourMs;
  const undo = aVote(erin, { decision: 'undo', atMs: nowMs - 60_000 });
  const warrant = aWarrant({ purpose: 'undo', expiresAtMs: nowMs + hourMs }, [undo]);
  const undoCase = (over: Partial<WarrantCase> = {}): Partial<WarrantCase> => ({
    purpose: 'undo',
    nowMs,
    warrant,
    votes: [...votes, undo],
    ...over,
  });

  it('opens by one signature, hours after the order expired', () => {
    expect(checkWarrant(aCase(undoCase()))).toEqual({ ok: true });
  });

  it('is not opened by the approvals of the action, by nobody, or by somebody revoked since', () => {
    refuses(
      undoCase({ warrant: aWarrant({ purpose: 'undo', expiresAtMs: nowMs + hourMs }) }),
      /wrong-decision/,
    );
    refuses(undoCase({ warrant: { ...warrant, voteIds: [] } }), /nobody signed/);
    refuses(
      undoCase({ approvers: everyone.filter((item) => item.id !== 'erin') }),
      /approver-unknown/,
    );
  });
});
