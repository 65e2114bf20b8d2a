import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createVoteActivities } from '../../activities/judge-vote.ts';
import type { SignedVote } from '../../domain/vote.ts';
import { court, type Court } from '../support/approvals.ts';
import { aRule, aVote, anOrder, people, type VoteSketch } from '../support/orders.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const { alice, carol, mallory } = people('alice', 'carol', 'mallory');
let pg: TestPostgres;
let judge: Court;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(async () => {
  await pg.db.query('truncate gates, votes, warrants, approvers, audit_entries cascade');
  judge = court(pg.db);
  await judge.register(alice, carol);
});

const cast = (vote: SignedVote): ReturnType<ReturnType<typeof createVoteActivities>['castVote']> =>
  createVoteActivities({ db: pg.db, clock: judge.clock }).castVote(vote);

/** As a client signs it for a signal: base64url nonce, no reason. */
async function signedFor(by: typeof carol, sketch: VoteSketch = {}): Promise<SignedVote> {
  const gate = await judge.open(anOrder({ rule: aRule({ quorum: 1 }), requester: 'alice' }));
  const payload = { nonce: 'n'.repeat(22), ...sketch.payload };
  const vote = aVote(by, {
    order: gate.order,
    gateId: gate.id,
    atMs: judge.clock.nowMs(),
    ...sketch,
    payload,
  });
  return { payload: vote.payload, signature: vote.signature };
}

describe('a signed vote that comes as a signal', () => {
  it('counts as it does through the API', async () => {
    const verdict = await cast(await signedFor(carol));
    expect(verdict).toMatchObject({ verdict: 'counted', gate: { state: 'approved' } });
    expect((await judge.entries('vote.cast'))[0]?.data).toMatchObject({ person: 'carol' });
  });

  it('is one vote however often it comes', async () => {
    const vote = await signedFor(carol);
    const first = await cast(vote);
    expect(await cast(vote)).toEqual(first);
    expect(await pg.db.query('select id from votes')).toHaveLength(1);
  });

  it.each([
    ['of whoever asked for the action', alice, {}, 'requester'],
    ['of somebody whom nobody registered', mallory, {}, 'approver-unknown'],
    ['for another order', carol, { payload: { orderDigest: 'f'.repeat(64) } }, 'stale-digest'],
  ])('is refused %s, and that is recorded', async (_what, by, sketch, why) => {
    expect(await cast(await signedFor(by, sketch))).toMatchObject({ verdict: 'refused', why });
    expect(await judge.entries('vote.refused')).toHaveLength(1);
  });

  it('is refused where its signature is of another key', async () => {
    const vote = await signedFor(carol);
    const other = await signedFor(mallory, { payload: vote.payload });
    expect(await cast({ ...vote, signature: other.signature })).toMatchObject({
      why: 'signature-bad',
    });
  });

  it('is no vote where its shape is another, and never a retry', async () => {
    await expect(cast({ payload: {} } as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
