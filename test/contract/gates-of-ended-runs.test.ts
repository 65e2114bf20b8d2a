import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecordActivities } from '../../activities/record.ts';
import type { RunState, RunStatus } from '../../domain/run.types.ts';
import { claimBatch } from '../../intake/claim.ts';
import { systemClock } from '../../platform/clock.ts';
import { loadGate, openGate, type Gate } from '../../store/gates.ts';
import { insertDue, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { anOrder } from '../support/orders.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
let run: RunState;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(async () => {
  await pg.db.query(
    'truncate incidents, findings, runs, batches, gates, warrants, audit_entries cascade',
  );
  await insertDue(pg.db, 'inc_a');
  const deps = { db: pg.db, clock: systemClock, tenant, catalog: () => sampleCatalog };
  const batch = await claimBatch(deps, 'severity');
  run = batch?.runs[0] as RunState;
});

const ask = (): Promise<Gate> => {
  const order = anOrder({ tenant, incidentId: run.incidentId, runKey: run.key });
  return pg.db.transaction((tx) =>
    openGate(tx, { order, workflowId: `respond/${run.key}` }, systemClock),
  );
};

async function report(status: RunStatus): Promise<void> {
  const { facts: _, ...state } = run;
  const unmeasured = { observe: () => undefined, count: () => undefined };
  const { recordRun } = createRecordActivities({ db: pg.db, clock: systemClock, ...unmeasured });
  await recordRun({ ...state, status, outcome: 'enough', stepNo: 9 });
}

describe('a run that ends while its gate is being opened', () => {
  it('leaves no open gate, where it was opened first', async () => {
    const { id } = await ask();
    await report('cancelled');
    await report('cancelled');
    expect(await loadGate(pg.db, id)).toMatchObject({
      state: 'void',
      reason: 'the run was cancelled',
    });
    const entries = await pg.db.query(`select 1 from audit_entries where type = 'gate.decided'`);
    expect(entries).toHaveLength(1);
  });

  it('has none opened after it', async () => {
    await report('cancelled');
    await expect(ask()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await pg.db.query('select 1 from gates')).toEqual([]);
  });

  it('waits for one that is under way at that moment, and voids it', async () => {
    const order = anOrder({ tenant, incidentId: run.incidentId, runKey: run.key });
    const { ended, gate } = await pg.db.transaction(async (tx) => {
      const opened = await openGate(tx, { order, workflowId: 'w' }, systemClock);
      const ending = report('cancelled');
      await expect.poll(someStatementWaits, { timeout: 20_000 }).toBe(true);
      return { ended: ending, gate: opened };
    });
    await ended;
    expect((await loadGate(pg.db, gate.id)).state).toBe('void');
  });

  it('keeps the gate of a run that goes on', async () => {
    const { id } = await ask();
    await report('waiting');
    expect((await loadGate(pg.db, id)).state).toBe('open');
  });
});

/** Whether some statement waits for a row that another transaction holds. */
async function someStatementWaits(): Promise<boolean> {
  const rows = await pg.db.query('select 1 from pg_locks where not granted');
  return rows.length > 0;
}
