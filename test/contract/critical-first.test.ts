import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { criticalSeverity } from '../../domain/finding.ts';
import { createDispatcher } from '../../intake/dispatcher.ts';
import { batchLimits, hasRoomForCritical } from '../../intake/next-batch.ts';
import { systemClock } from '../../platform/clock.ts';
import { insertDue, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(() => pg.db.query('truncate incidents, runs, batches, audit_entries cascade'));

const highSeverity = 4;

/** Batches under way that were stamped so long ago. */
const insertOpen = (count: number, ageMs: number, incidents = 1): Promise<unknown> =>
  pg.db.query(
    `insert into batches (id, tenant, digest, incidents, stamped_at, started_at)
     select 'open-' || n, $1, '', $4, clock_timestamp() - $3 * interval '1 millisecond', clock_timestamp() from generate_series(1, $2) n`,
    [tenant, count, ageMs, incidents],
  );

/** The incidents of the first batch that is started; that ends the dispatching. */
async function startedFirst(): Promise<readonly string[]> {
  const stopping = new AbortController();
  const incidents: string[] = [];
  const start = async (
    _: string,
    { args }: { args: readonly [{ runs: readonly { incidentId: string }[] }] },
  ): Promise<void> => {
    incidents.push(...args[0].runs.map((run) => run.incidentId));
    stopping.abort();
  };
  const dispatcher = createDispatcher({
    ...{ db: pg.db, clock: systemClock, tenant, alone: false },
    // The dispatcher asks a client for nothing but to start an execution.
    client: { workflow: { start } } as unknown as Client,
    catalog: () => sampleCatalog,
    log: () => undefined,
  });
  const running = dispatcher.run(stopping.signal);
  await vi.waitFor(() => expect(incidents).not.toEqual([]), { timeout: 20_000 });
  await running;
  return incidents;
}

describe('a critical incident', () => {
  beforeEach(async () => {
    await insertDue(pg.db, 'inc_high', { severity: highSeverity, dueInMs: -60_000 });
    await insertDue(pg.db, 'inc_critical', { severity: criticalSeverity });
  });

  it('starts at once, and alone, while all places are taken', async () => {
    const oldMs = batchLimits.youngMs * 10;
    await insertOpen(batchLimits.batchesMax, oldMs);
    expect(await startedFirst()).toEqual(['inc_critical']);
  });

  it('gets a few places of its own at most: a sender that calls everything critical gets no more', () => {
    const { batchesMax, batchesQuiet, incidentsMax, incidentsBesideCritical } = batchLimits;
    const quiet = { open: 1, young: batchesQuiet, incidents: 1 };
    expect(hasRoomForCritical(quiet)).toBe(true);
    expect(hasRoomForCritical({ ...quiet, young: batchesQuiet + 2 })).toBe(false);
    expect(hasRoomForCritical({ ...quiet, open: batchesMax })).toBe(true);
    expect(hasRoomForCritical({ ...quiet, open: batchesMax + 1 })).toBe(false);
    expect(hasRoomForCritical({ ...quiet, incidents: incidentsMax })).toBe(true);
    const full = { ...quiet, incidents: incidentsMax + incidentsBesideCritical };
    expect(hasRoomForCritical(full)).toBe(false);
  });

  it('goes with the others where there is room', async () => {
    expect(new Set(await startedFirst())).toEqual(new Set(['inc_critical', 'inc_high']));
  });
});

describe('what is not critical', () => {
  const { incidentsMax, incidentsBesideCritical, youngMs, heavyMs } = batchLimits;
  beforeEach(() => insertDue(pg.db, 'inc_high', { severity: highSeverity }));

  it('waits while as much is under way as the processor can do at once', async () => {
    await insertOpen(1, youngMs * 2, incidentsMax);
    await insertDue(pg.db, 'inc_critical', { severity: criticalSeverity });
    expect(await startedFirst()).toEqual(['inc_critical']);
  });

  it('waits for half as much beside something critical', async () => {
    await insertOpen(1, youngMs * 2, incidentsBesideCritical);
    await insertDue(pg.db, 'inc_under_way', { severity: criticalSeverity });
    await pg.db.query("update incidents set batch_id = 'open-1' where id = 'inc_under_way'");
    await insertDue(pg.db, 'inc_critical', { severity: criticalSeverity });
    expect(await startedFirst()).toEqual(['inc_critical']);
  });

  it('does not wait for what waits for somebody else', async () => {
    await insertOpen(1, heavyMs * 2, incidentsMax);
    expect(await startedFirst()).toEqual(['inc_high']);
  });

  it('starts beside the half where nothing is critical', async () => {
    await insertOpen(1, youngMs * 2, incidentsBesideCritical);
    expect(await startedFirst()).toEqual(['inc_high']);
  });
});
