import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimBatch } from '../../intake/claim.ts';
import { systemClock } from '../../platform/clock.ts';
import { endClockStep, staleBatches } from '../../store/batches.ts';
import { loadEffects } from '../../store/effects.ts';
import { undeliveredVotes } from '../../store/vote-delivery.ts';
import { court } from '../support/approvals.ts';
import { insertDue, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { people } from '../support/orders.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const hourMs = 3_600_000;

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(() =>
  pg.db.query('truncate incidents, runs, batches, gates, votes, effects, approvers cascade'),
);

const claim = (): ReturnType<typeof claimBatch> =>
  claimBatch({ db: pg.db, clock: systemClock, tenant, catalog: () => sampleCatalog }, 'age');

/** What was written before the clock went back by an hour lies an hour ahead after it. */
describe('after the clock was set back by an hour', () => {
  it('an incident that was due before goes out with the next round', async () => {
    await insertDue(pg.db, 'inc_1', { dueInMs: hourMs });
    expect(await claim()).toBeNull();
    expect(await endClockStep(pg.db, tenant)).toBe(1);
    expect((await claim())?.runs).toHaveLength(1);
  });

  it('what a rule put off stays put off, and a follow-up keeps its pause', async () => {
    await insertDue(pg.db, 'inc_quiet', { dueInMs: hourMs });
    await pg.db.query(`update incidents set trace = '{"again": "2030-01-01T00:00:00.000Z"}'`);
    await insertDue(pg.db, 'inc_later', { dueInMs: 30_000 });
    expect(await endClockStep(pg.db, tenant)).toBe(0);
  });

  it('a batch that nothing hosts is found', async () => {
    await pg.db.query(
      `insert into batches (id, tenant, digest, incidents, stamped_at) values ('b', $1, 'd', 1, clock_timestamp() + interval '1 hour')`,
      [tenant],
    );
    expect(await staleBatches(pg.db, 30_000)).toEqual([{ id: 'b', tenant }]);
  });

  it('a vote that was not delivered is brought', async () => {
    const judge = court(pg.db);
    const { carol } = people('carol');
    await judge.register(carol);
    await judge.keep(carol, await judge.open());
    await pg.db.query(`update votes set cast_at = clock_timestamp() + interval '1 hour'`);
    const found = await undeliveredVotes(pg.db, { clock: systemClock, olderThanMs: 5_000 });
    expect(found).toHaveLength(1);
  });

  it('a call that was cut off counts as old enough to be looked up', async () => {
    await pg.db.query(
      `insert into effects (key, tenant, incident_id, run_key, step, capability, connection, input_digest, state, called_at)
       values ('k', 'main', 'i', 'r', 's', 'c', 'd', 'x', 'unknown', clock_timestamp() + interval '1 hour')`,
    );
    const row = (await loadEffects(pg.db, ['k'])).get('k');
    expect(row?.called_ms_ago).toBeGreaterThan(hourMs / 2);
  });
});
