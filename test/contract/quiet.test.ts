import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimBatch } from '../../intake/claim.ts';
import type { QuietWindow } from '../../domain/quiet.ts';
import { systemClock } from '../../platform/clock.ts';
import { addWindow, endWindow, listWindows } from '../../store/quiet.ts';
import { reportHidden } from '../../store/quiet-hits.ts';
import { insertDue, repeatAlert, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => void (pg = await startTestPostgres()), 60_000);
afterAll(() => pg.stop());
beforeEach(() =>
  pg.db.query(
    'truncate incidents, findings, runs, batches, quiet_windows, quiet_hits, audit_entries cascade',
  ),
);

const hour = 3_600_000;
const actor = { kind: 'person', id: 'ann' } as const;
const at = (ms: number): string => new Date(systemClock.nowMs() + ms).toISOString();
const add = (over: Partial<Omit<QuietWindow, 'id'>> = {}): Promise<QuietWindow> => {
  const window = {
    kind: 'maintenance',
    when: "finding.format == 'falco'",
    owner: 'platform',
    reason: 'patching',
    change: 'CHG-7',
    from: at(-hour),
    until: at(hour),
    repeat: null,
    floor: 5,
    ...over,
  } as const;
  return pg.db.transaction((tx) => addWindow(tx, { tenant, actor, window }, systemClock));
};
const claim = async (): Promise<number> => {
  const deps = { db: pg.db, clock: systemClock, tenant, catalog: () => sampleCatalog };
  return (await claimBatch(deps, 'severity'))?.runs.length ?? -1;
};
const incident = async (): Promise<Record<string, unknown>> => {
  const [row] = await pg.db.query<Record<string, unknown>>(
    `select state, trace->'decision'->>'reason' as reason, due_at, trace->'rule'->>'id' as rule from incidents`,
  );
  return row ?? {};
};
const entries = (type: string): Promise<{ outcome: string; body: string }[]> =>
  pg.db.query('select outcome, body from audit_entries where type = $1 order by inserted', [type]);

describe('a maintenance window', () => {
  it('hides what it matches, says why, and comes back to it at its end', async () => {
    const { id, until } = await add();
    await insertDue(pg.db, 'i1');
    expect(await claim()).toBe(0);
    expect(await incident()).toMatchObject({
      state: 'ignored',
      rule: id,
      reason: `hidden by maintenance until ${until} by platform: patching (CHG-7)`,
      due_at: new Date(until),
    });
    expect((await entries('triage.decided'))[0]?.body).toContain(id);
  });

  it('that is over lets what still goes on be triaged', async () => {
    const { id } = await add();
    await insertDue(pg.db, 'i1');
    await claim();
    await pg.db.query("update quiet_windows set ends_at = now() - interval '1 second'");
    await pg.db.query('update incidents set due_at = now()');
    expect(await claim()).toBe(1);
    expect(await incident()).toMatchObject({ state: 'triage', rule: 'grave' });
    expect((await reportHidden(pg.db, tenant, id)).incidents).toBe(1);
  });

  it('that is over leaves alone what is clear by then', async () => {
    await add();
    await insertDue(pg.db, 'i1');
    await claim();
    await pg.db.query("update quiet_windows set ends_at = now() - interval '1 second'");
    await pg.db.query('update incidents set due_at = now(), all_clear_at = now()');
    expect(await claim()).toBe(0);
    expect(await incident()).toMatchObject({ state: 'ignored' });
  });

  it('does not hide what is grave, and notes that it would have', async () => {
    await add();
    await insertDue(pg.db, 'i1', { severity: 5 });
    expect(await claim()).toBe(1);
    const [row] = await pg.db.query<{ tried: readonly { verdict: string; detail: string }[] }>(
      "select trace->'tried' as tried from incidents",
    );
    expect(row?.tried[0]).toMatchObject({
      verdict: 'no match',
      detail: expect.stringContaining('severity 5 breaks through from 5 on') as unknown,
    });
  });

  it('lets through a severity that rises above its floor while it hides', async () => {
    await add();
    await insertDue(pg.db, 'i1');
    await claim();
    await repeatAlert(pg.db, 'i1', 5);
    await pg.db.query(
      `update incidents set facts = jsonb_set(facts, '{finding,severityId}', '5'), due_at = now()`,
    );
    expect(await claim()).toBe(1);
  });

  it('ended early frees what it hid at once, with an entry', async () => {
    const { id } = await add();
    await insertDue(pg.db, 'i1');
    await claim();
    await pg.db.transaction((tx) =>
      endWindow(tx, { tenant, actor, id, reason: 'done sooner' }, systemClock),
    );
    expect(await claim()).toBe(1);
    expect(await listWindows(pg.db, tenant, { liveAtMs: systemClock.nowMs() })).toEqual([]);
    expect(await listWindows(pg.db, tenant, { liveAtMs: null })).toMatchObject([
      { id, endedBy: 'ann', hidden: 1 },
    ]);
    const said = await entries('quiet.changed');
    expect(said.map((each) => each.outcome)).toEqual(['opened', 'closed']);
    expect(said[1]?.body).toContain('"decidedAnew":1');
    await expect(
      pg.db.transaction((tx) => endWindow(tx, { tenant, actor, id, reason: 'x' }, systemClock)),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('a rule that counts', () => {
  it('ignores the first few of a problem with a reason, and triages from then on', async () => {
    const few = {
      id: 'few',
      version: 1,
      when: 'incident.count < 3',
      do: { kind: 'ignore', reason: 'fewer than three' },
    } as const;
    const rest = {
      ...few,
      id: 'rest',
      when: 'true',
      do: { kind: 'run', playbook: 'sample' },
    } as const;
    const policy = { ...sampleCatalog.policy, triage: [few, rest] };
    const catalog = (): typeof sampleCatalog => ({ ...sampleCatalog, policy });
    const deps = { db: pg.db, clock: systemClock, tenant, catalog };
    await insertDue(pg.db, 'i1');
    for (const expected of ['ignored', 'ignored', 'triage']) {
      await claimBatch(deps, 'severity');
      expect((await incident())['state']).toBe(expected);
      await repeatAlert(pg.db, 'i1');
    }
  });
});

describe('the report of a window', () => {
  it('counts what it hid with the alerts, the gravest first', async () => {
    const { id } = await add({ kind: 'suppression' });
    await insertDue(pg.db, 'i1', { severity: 2 });
    await insertDue(pg.db, 'i2', { severity: 4 });
    await claim();
    await repeatAlert(pg.db, 'i1', 2);
    await claim();
    expect(await reportHidden(pg.db, tenant, id)).toMatchObject({
      incidents: 2,
      findings: 3,
      bySeverity: { 2: 1, 4: 1 },
      hits: [{ severityId: 4 }, { severityId: 2, findings: 2 }],
    });
  });
});
