import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecordActivities } from '../../activities/record.ts';
import { claimBatch, claimLimits, type Batch } from '../../intake/claim.ts';
import { reapBatches } from '../../intake/reaper.ts';
import type { RunReport, RunState } from '../../domain/run.types.ts';
import { systemClock } from '../../platform/clock.ts';
import { unstampBatch } from '../../store/batches.ts';
import { respondId } from '../../workflows/ids.ts';
import { insertDue, repeatAlert, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(() =>
  pg.db.query(
    'truncate incidents, findings, runs, batches, ticket_links, notes, audit_entries cascade',
  ),
);

const claim = (order: 'severity' | 'age' = 'severity'): Promise<Batch | null> =>
  claimBatch({ db: pg.db, clock: systemClock, tenant, catalog: () => sampleCatalog }, order);
const record = (): ReturnType<typeof createRecordActivities> =>
  createRecordActivities({
    db: pg.db,
    clock: systemClock,
    observe: () => undefined,
    count: () => undefined,
  });

interface Row {
  readonly state: string;
  readonly batch_id: string | null;
  readonly due_at: Date | null;
  readonly due_in: number | null;
  readonly trace: { rule: { id: string } } | null;
  readonly requests: readonly unknown[];
  readonly follow_ups: number;
}

async function incident(id: string): Promise<Row> {
  const [row] = await pg.db.query<Row>(
    `select *, extract(epoch from due_at - clock_timestamp()) as due_in from incidents where id = $1`,
    [id],
  );
  if (row === undefined) throw new Error(`no incident ${id}`);
  return row;
}

async function claimed(order: 'severity' | 'age' = 'severity'): Promise<Batch> {
  const batch = await claim(order);
  if (batch === null) throw new Error('nothing was due');
  return batch;
}

const reportOf = ({ facts: _, ...state }: RunState, over: Partial<RunReport> = {}): RunReport => ({
  ...state,
  status: 'done',
  outcome: 'handled',
  stepNo: 9,
  ...over,
});

async function settle(batch: Batch, over: Partial<RunReport> = {}): Promise<void> {
  const runs = batch.runs.map((run) => ({ report: reportOf(run, over), movedTo: null, why: '' }));
  await record().settleBatch({ batchId: batch.id, tenant, runs });
}

const link = (id: string): Promise<unknown> =>
  pg.db.query(
    `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url) values ($1, $2, $1, 'board', '', '7', '')`,
    [id, tenant],
  );

describe('the claim', () => {
  it('stamps what is due with its rule and plan, and leaves the rest', async () => {
    await insertDue(pg.db, 'inc_a');
    await insertDue(pg.db, 'inc_later', { dueInMs: 60_000 });
    const batch = await claimed();
    expect(batch.runs.map((run) => run.incidentId)).toEqual(['inc_a']);
    expect(await incident('inc_a')).toMatchObject({
      state: 'triage',
      batch_id: batch.id,
      trace: { rule: { id: 'grave' } },
    });
    expect((await incident('inc_later')).batch_id).toBeNull();
    expect(await claim()).toBeNull();
  });

  it('settles on the spot what the rules ignore, and says why', async () => {
    await insertDue(pg.db, 'inc_mild', { severity: 1 });
    expect((await claimed()).runs).toEqual([]);
    expect(await incident('inc_mild')).toMatchObject({
      state: 'ignored',
      batch_id: null,
      due_at: null,
    });
    const [entry] = await pg.db.query<{ body: string }>(
      `select body from audit_entries where type = 'triage.decided'`,
    );
    expect(JSON.parse(entry?.body ?? '{}')).toMatchObject({
      data: { decision: { kind: 'ignore', reason: 'mild' }, rule: { id: 'rest' } },
    });
  });

  it('takes the gravest first, and by age the oldest', async () => {
    await insertDue(pg.db, 'inc_old', { severity: 4, dueInMs: -60_000 });
    for (let index = 0; index < claimLimits.runs; index += 1)
      await insertDue(pg.db, `inc_grave_${index}`, { severity: 5 });
    const grave = await claimed('severity');
    expect(grave.runs).toHaveLength(claimLimits.runs);
    expect(grave.runs.some((run) => run.incidentId === 'inc_old')).toBe(false);
    expect((await claimed('age')).runs[0]?.incidentId).toBe('inc_old');
  });

  it('gives no incident to two dispatchers', async () => {
    const due = Array.from({ length: claimLimits.runs + 36 }, (_, index) => `inc_${index}`);
    await Promise.all(due.map((id) => insertDue(pg.db, id)));
    const batches = await Promise.all([claim(), claim(), claim()]);
    const ids = batches.flatMap((batch) => batch?.runs.map((run) => run.incidentId) ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(claimLimits.runs - 1);
  });

  it('starts what a person asked for, under their name', async () => {
    await insertDue(pg.db, 'inc_mild', {
      severity: 1,
      requests: [
        { playbook: 'sample', requester: 'erin', rehearsal: true, at: '2026-11-22T00:00:00Z' },
      ],
    });
    const [run] = (await claimed()).runs;
    expect(run).toMatchObject({ requester: 'erin', rehearsal: true });
    expect((await incident('inc_mild')).requests).toEqual([]);
  });

  it('decides anew about what it ignored, with each finding: a suppression may have ended', async () => {
    await insertDue(pg.db, 'inc_mild', { severity: 1 });
    await claimed();
    await repeatAlert(pg.db, 'inc_mild', 1);
    await pg.db.query(`update incidents set facts = jsonb_set(facts, '{finding,severityId}', '4')`);
    expect((await claimed()).runs.map((run) => run.plan.name)).toEqual(['sample']);
  });

  it('refuses a request for a playbook that nobody has, in the ledger', async () => {
    await insertDue(pg.db, 'inc_mild', {
      severity: 1,
      requests: [{ playbook: 'none', requester: 'erin', rehearsal: false, at: '' }],
    });
    await claimed();
    expect(await pg.db.query(`select outcome from audit_entries where type = 'run.ended'`)).toEqual(
      [{ outcome: 'refused' }],
    );
  });
});

describe('the settling', () => {
  it('frees an incident whose runs are done', async () => {
    await insertDue(pg.db, 'inc_a');
    await settle(await claimed());
    expect(await incident('inc_a')).toMatchObject({
      state: 'handled',
      batch_id: null,
      due_at: null,
    });
  });

  it('changes nothing when it is told twice', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await claimed();
    await settle(batch);
    const before = await pg.db.query('select * from runs');
    const entries = await pg.db.query('select id from audit_entries');
    await settle(batch, { outcome: 'other' });
    expect(await pg.db.query('select * from runs')).toEqual(before);
    expect(await pg.db.query('select id from audit_entries')).toHaveLength(entries.length);
  });

  it('points a handed-over run at its own execution', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await claimed();
    const [run] = batch.runs;
    const movedTo = respondId(run?.key ?? '');
    await record().settleBatch({
      batchId: batch.id,
      tenant,
      runs: [{ report: reportOf(run as RunState, { status: 'waiting' }), movedTo, why: 'waits' }],
    });
    expect(await pg.db.query('select host, workflow_id, ended_at from runs')).toEqual([
      { host: 'respond', workflow_id: movedTo, ended_at: null },
    ]);
    expect((await incident('inc_a')).state).toBe('responding');
  });

  it.each([
    ['waits', { status: 'waiting' }, null],
    ['has ended', { status: 'done' }, expect.any(Date)],
  ] as const)(
    'keeps what the new host of a run said before the batch said that it moved: it %s',
    async (_what, later, ended) => {
      await insertDue(pg.db, 'inc_a');
      const batch = await claimed();
      const [run] = batch.runs;
      const movedTo = respondId(run?.key ?? '');
      await record().recordRun(reportOf(run as RunState, { ...later, stepNo: 7 }));
      await record().settleBatch({
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
    await settle(await claimed(), { status: 'failed' });
    expect((await incident('inc_a')).state).toBe('attention');
  });

  it('comes back to what arrived meanwhile, after a second, then five, then thirty', async () => {
    await insertDue(pg.db, 'inc_a');
    await link('inc_a');
    const waits: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const batch = await claimed();
      await repeatAlert(pg.db, 'inc_a');
      await settle(batch);
      waits.push(Math.round((await incident('inc_a')).due_in ?? -1));
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
    await claimed();
    await repeatAlert(pg.db, 'inc_a', 1);
    expect((await claimed()).runs).toEqual([]);
    await repeatAlert(pg.db, 'inc_a', 5);
    await pg.db.query(`update incidents set facts = jsonb_set(facts, '{finding,severityId}', '5')`);
    expect((await claimed()).runs.map((run) => run.plan.name)).toEqual(['sample']);
  });

  it('closes an incident whose sender says that it is over, once its runs are done', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await claimed();
    await pg.db.query('update incidents set all_clear_at = clock_timestamp()');
    await settle(batch);
    expect((await incident('inc_a')).state).toBe('closed');
  });
});

describe('a batch that was lost', () => {
  it('lets its incidents go again with the same run keys', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await claimed();
    await pg.db.transaction((tx) => unstampBatch(tx, { id: batch.id, tenant }, systemClock));
    const again = await claimed();
    expect(again.id).not.toBe(batch.id);
    expect(again.runs.map((run) => run.key)).toEqual(batch.runs.map((run) => run.key));
  });

  it('asks anew for what a person had asked for', async () => {
    await insertDue(pg.db, 'inc_mild', {
      severity: 1,
      requests: [{ playbook: 'sample', requester: 'erin', rehearsal: false, at: '' }],
    });
    const batch = await claimed();
    await pg.db.transaction((tx) => unstampBatch(tx, { id: batch.id, tenant }, systemClock));
    expect((await claimed()).runs.map((run) => run.requester)).toEqual(['erin']);
  });

  it('does not triage a second time an incident that only lost its follow-up', async () => {
    await insertDue(pg.db, 'inc_a');
    await link('inc_a');
    await settle(await claimed());
    await repeatAlert(pg.db, 'inc_a');
    const batch = await claimed();
    await pg.db.transaction((tx) => unstampBatch(tx, { id: batch.id, tenant }, systemClock));
    expect((await claimed()).runs.map((run) => run.plan.name)).toEqual(['follow-up']);
  });

  it('is left alone once a run of it moved to an execution of its own', async () => {
    await insertDue(pg.db, 'inc_a');
    const batch = await claimed();
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
    await claimed();
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
