import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRecordActivities } from '../../activities/record.ts';
import type { RunReport } from '../../domain/run.types.ts';
import { claimBatch } from '../../intake/claim.ts';
import { systemClock } from '../../platform/clock.ts';
import { insertDue, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());

it('each stage of an alert is measured once, whichever execution came to it', async () => {
  const told: string[] = [];
  const record = createRecordActivities({
    db: pg.db,
    clock: systemClock,
    observe: (stage) => told.push(stage),
    count: () => undefined,
  });
  await insertDue(pg.db, 'inc_a');
  const batch = await claimBatch(
    { db: pg.db, clock: systemClock, tenant, catalog: () => sampleCatalog },
    'severity',
  );
  const [run] = batch?.runs ?? [];
  if (batch === null || run === undefined) throw new Error('nothing was due');
  const { facts: _, ...state } = run;
  const handedOver: RunReport = { ...state, status: 'waiting', stepNo: 3 };
  const movedTo = `respond/${run.key}`;
  await record.settleBatch({
    batchId: batch.id,
    tenant,
    runs: [{ report: handedOver, movedTo, why: 'a gate' }],
  });
  expect(told.splice(0)).toEqual(['committed', 'dispatched']);

  const nowMs = systemClock.nowMs();
  const later: RunReport = {
    ...handedOver,
    stepNo: 5,
    times: { ...handedOver.times, lookedUpMs: nowMs, ticketedMs: nowMs + 1 },
  };
  await record.recordRun(later);
  await record.recordRun(later);
  expect(told.splice(0)).toEqual(['looked-up', 'ticketed']);

  const done: RunReport = {
    ...later,
    status: 'done',
    stepNo: 7,
    times: { ...later.times, decidedMs: nowMs + 2 },
  };
  await record.recordRun(done);
  await record.recordRun(done);
  expect(told).toEqual(['decided']);
});
