import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunState } from '../../domain/run.types.ts';
import { respondId } from '../../workflows/ids.ts';
import {
  claimAndSettle,
  emptied,
  reportOf,
  type ClaimAndSettle,
} from '../support/claim-and-settle.ts';
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

describe('the settling', () => {
  it('frees an incident whose runs are done', async () => {
    await insertDue(pg.db, 'inc_a');
    await at.settle(await at.claimed());
    expect(await at.incident('inc_a')).toMatchObject({
      state: 'handled',
      batch_id: null,
      due_at: null,
    });
  });

  it('changes nothing when it is told twice', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await at.claimed();
    await at.settle(batch);
    const before = await pg.db.query('select * from runs');
    const entries = await pg.db.query('select id from audit_entries');
    await at.settle(batch, { outcome: 'other' });
    expect(await pg.db.query('select * from runs')).toEqual(before);
    expect(await pg.db.query('select id from audit_entries')).toHaveLength(entries.length);
  });

  it('points a handed-over run at its own execution', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await at.claimed();
    const [run] = batch.runs;
    const movedTo = respondId(run?.key ?? '');
    await at.record.settleBatch({
      batchId: batch.id,
      tenant,
      runs: [{ report: reportOf(run as RunState, { status: 'waiting' }), movedTo, why: 'waits' }],
    });
    expect(await pg.db.query('select host, workflow_id, ended_at from runs')).toEqual([
      { host: 'respond', workflow_id: movedTo, ended_at: null },
    ]);
    expect((await at.incident('inc_a')).state).toBe('responding');
  });

  it.each([
    ['waits', { status: 'waiting' }, null],
    ['has ended', { status: 'done' }, expect.any(Date)],
  ] as const)(
    'keeps what the new host of a run said before the batch said that it moved: it %s',
    async (_what, later, ended) => {
      await insertDue(pg.db, 'inc_a');
      const batch = await at.claimed();
      const [run] = batch.runs;
      const movedTo = respondId(run?.key ?? '');
      await at.record.recordRun(reportOf(run as RunState, { ...later, stepNo: 7 }));
      await at.record.settleBatch({
        batchId: batch.id,
        tenant,
        runs: [
          {
            report: reportOf(run as RunState, { status: 'active', stepNo: 5 }),
            movedTo,
            why: 'waits',
          },
        ],
      });
      expect(
        await pg.db.query('select host, workflow_id, step_no, status, ended_at from runs'),
      ).toEqual([
        {
          host: 'respond',
          workflow_id: movedTo,
          step_no: 7,
          status: later.status,
          ended_at: ended,
        },
      ]);
    },
  );

  it('asks for attention where a run failed', async () => {
    await insertDue(pg.db, 'inc_a');
    await at.settle(await at.claimed(), { status: 'failed' });
    expect((await at.incident('inc_a')).state).toBe('attention');
  });

  it('comes back to what arrived meanwhile, after a second, then five, then thirty', async () => {
    await insertDue(pg.db, 'inc_a');
    await at.link('inc_a');
    const waits: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const batch = await at.claimed();
      await repeatAlert(pg.db, 'inc_a');
      await at.settle(batch);
      waits.push(Math.round((await at.incident('inc_a')).due_in ?? -1));
      await pg.db.query('update incidents set due_at = now()');
    }
    expect(waits).toEqual([1, 5, 30, 30]);
    expect(await pg.db.query('select purpose from runs order by ordinal')).toEqual([
      { purpose: 'triage' },
      { purpose: 'follow-up' },
      { purpose: 'follow-up' },
      { purpose: 'follow-up' },
    ]);
  });

  it('evaluates the rules again only when the severity rises', async () => {
    await insertDue(pg.db, 'inc_a', { severity: 1 });
    await at.claimed();
    await repeatAlert(pg.db, 'inc_a', 1);
    expect((await at.claimed()).runs).toEqual([]);
    await repeatAlert(pg.db, 'inc_a', 5);
    await pg.db.query(`update incidents set facts = jsonb_set(facts, '{finding,severityId}', '5')`);
    expect((await at.claimed()).runs.map((run) => run.plan.name)).toEqual(['sample']);
  });

  it('closes an incident whose sender says that it is over, once its runs are done', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await at.claimed();
    await pg.db.query('update incidents set all_clear_at = clock_timestamp()');
    await at.settle(batch);
    expect((await at.incident('inc_a')).state).toBe('closed');
  });
});
