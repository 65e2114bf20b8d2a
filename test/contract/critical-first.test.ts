import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { criticalSeverity } from '../../domain/finding.ts';
import { createDispatcher, dispatcherLimits, hasRoomForCritical } from '../../intake/dispatcher.ts';
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
const insertOpen = (count: number, ageMs: number): Promise<unknown> =>
  pg.db.query(
    `insert into batches (id, tenant, digest, incidents, stamped_at, started_at)
     select 'open-' || n, $1, '', 1, clock_timestamp() - $3 * interval '1 millisecond', clock_timestamp() from generate_series(1, $2) n`,
    [tenant, count, ageMs],
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
    const oldMs = dispatcherLimits.youngMs * 10;
    await insertOpen(dispatcherLimits.batchesMax, oldMs);
    expect(await startedFirst()).toEqual(['inc_critical']);
  });

  it('waits for one place of its own at most: a sender that calls everything critical gets no more', () => {
    const { batchesMax: open, batchesQuiet: young } = dispatcherLimits;
    expect(hasRoomForCritical({ open: 1, young })).toBe(true);
    expect(hasRoomForCritical({ open: 2, young: young + 1 })).toBe(false);
    expect(hasRoomForCritical({ open, young: 3 })).toBe(true);
    expect(hasRoomForCritical({ open: open + 1, young: 0 })).toBe(false);
  });

  it('goes with the others where there is room', async () => {
    expect(new Set(await startedFirst())).toEqual(new Set(['inc_critical', 'inc_high']));
  });
});
