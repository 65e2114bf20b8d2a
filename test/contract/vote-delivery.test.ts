import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifyVote } from '../../platform/signature.ts';
import { sweepVotes, undeliveredVotes } from '../../store/vote-delivery.ts';
import type { Court } from '../support/approvals.ts';
import { court } from '../support/approvals.ts';
import { openedMs, people } from '../support/orders.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestPostgres } from '../support/postgres.ts';

const { carol, dave } = people('carol', 'dave');
let postgres: TestPostgres;
let at: Court;

beforeAll(async () => void (postgres = await startTestPostgres()), 60_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query('truncate gates, votes, warrants, approvers, audit_entries cascade');
  at = court(postgres.db);
  await at.register(carol, dave);
});

describe('votes that were kept but not delivered', () => {
  it('are found after a while and delivered by the sweep', async () => {
    const gate = await at.open();
    const id = await at.keep(carol, gate);
    expect(await undeliveredVotes(postgres.db, { clock: at.clock, olderThanMs: 10_000 })).toEqual(
      [],
    );
    at.clock.set(openedMs + 10_000);
    const seen: string[] = [];
    const judge = { verifySignature: verifyVote, clock: at.clock };
    const sweep = { db: postgres.db, judge, olderThanMs: 10_000 };
    const down = new Error('Temporal is down');
    const first = await sweepVotes({ ...sweep, deliver: () => Promise.reject(down) });
    expect(first).toEqual([down]);
    const second = await sweepVotes({
      ...sweep,
      deliver: (vote) =>
        Promise.resolve((seen.push(`${vote.voteId} ${vote.workflowId}`), 'delivered' as const)),
    });
    expect(second).toEqual([]);
    expect(seen).toEqual([`${id} respond/run_1`]);
    expect(await undeliveredVotes(postgres.db, { clock: at.clock, olderThanMs: 0 })).toEqual([]);
  });

  it('are judged in place where nobody waits for them', async () => {
    const gate = await at.open();
    await at.keep(carol, gate);
    await sweepVotes({
      db: postgres.db,
      judge: { verifySignature: verifyVote, clock: at.clock },
      olderThanMs: 0,
      deliver: () => Promise.resolve('gone'),
    });
    expect(await at.entries('vote.cast')).toHaveLength(1);
  });
});
