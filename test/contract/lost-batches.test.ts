import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reapBatches } from '../../intake/reaper.ts';
import { systemClock } from '../../platform/clock.ts';
import { unstampBatch } from '../../store/batches.ts';
import { respondId } from '../../workflows/ids.ts';
import { claimAndSettle, emptied, type ClaimAndSettle } from '../support/claim-and-settle.ts';
import { insertDue, repeatAlert, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
let at: ClaimAndSettle;
beforeAll(async () => {
  pg = await startTestPostgres();
  at = claimAndSettle(pg.db);
});
afterAll(() => pg.stop());
beforeEach(() => emptied(pg.db));

describe('a batch that was lost', () => {
  it('lets its incidents go again with the same run keys', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await at.claimed();
    await pg.db.transaction((tx) => unstampBatch(tx, { id: batch.id, tenant }, systemClock));
    const again = await at.claimed();
    expect(again.id).not.toBe(batch.id);
    expect(again.runs.map((run) => run.key)).toEqual(batch.runs.map((run) => run.key));
  });

  it('asks anew for what a person had asked for', async () => {
    await insertDue(pg.db, 'inc_mild', {
      severity: 1,
      requests: [{ playbook: 'sample', requester: 'erin', rehearsal: false, at: '' }],
    });
    const batch = await at.claimed();
    await pg.db.transaction((tx) => unstampBatch(tx, { id: batch.id, tenant }, systemClock));
    expect((await at.claimed()).runs.map((run) => run.requester)).toEqual(['erin']);
  });

  it('does not triage a second time an incident that only lost its follow-up', async () => {
    await insertDue(pg.db, 'inc_a');
    await at.link('inc_a');
    await at.settle(await at.claimed());
    await repeatAlert(pg.db, 'inc_a');
    const batch = await at.claimed();
    await pg.db.transaction((tx) => unstampBatch(tx, { id: batch.id, tenant }, systemClock));
    expect((await at.claimed()).runs.map((run) => run.plan.name)).toEqual(['follow-up']);
  });

  it('is left alone once a run of it moved to an execution of its own', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await at.claimed();
    const [run] = batch.runs;
    await pg.db.transaction(async (tx) => {
      await tx.query(`update runs set host = 'respond', workflow_id = $2 where key = $1`, [
        run?.key,
        respondId(run?.key ?? ''),
      ]);
      await unstampBatch(tx, { id: batch.id, tenant }, systemClock);
    });
    expect(await pg.db.query('select key from runs')).toEqual([{ key: run?.key }]);
  });

  it('is not touched while it is young', async () => {
    await insertDue(pg.db, 'inc_a');
    await at.claimed();
    const client = {
      workflow: {
        getHandle: () => {
          throw new Error('must not be asked');
        },
      },
    };
    expect(
      await reapBatches(
        { db: pg.db, clock: systemClock, client: client as never },
        { olderThanMs: 30_000 },
      ),
    ).toBe(0);
  });
});
