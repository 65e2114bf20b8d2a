import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClearRule } from '../../domain/correlation.ts';
import { sweepEndings } from '../../intake/ending-sweep.ts';
import { systemClock } from '../../platform/clock.ts';
import type { SourceConfig } from '../../platform/source-config.ts';
import { shippedPolicy } from '../support/correlate.ts';
import { insertDue, tenant } from '../support/due-incidents.ts';
import { falcoAlert, testIntake, testToken } from '../support/intake.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => void (pg = await startTestPostgres()), 60_000);
afterAll(() => pg.stop());
beforeEach(async () => {
  await pg.db.query(
    'truncate incidents, findings, runs, gates, warrants, effects, ticket_links, receipts, source_watch, audit_entries cascade',
  );
  await insertDue(pg.db, 'i1');
  await pg.db.query(
    "update incidents set state = 'handled', due_at = null, join_rule = 'r', last_seen = now() - interval '1 hour', first_seen = now() - interval '2 hours'",
  );
});

const [firstRule] = shippedPolicy().correlation;
const sweep = (clear: ClearRule | null, staleMs: number | null = null): Promise<number> => {
  if (firstRule === undefined) throw new Error('no rule');
  const policy = {
    ...shippedPolicy(),
    correlation: [{ ...firstRule, id: 'r', clear }],
    quiet: { deploys: null, staleMs },
  };
  return sweepEndings({ db: pg.db, clock: systemClock, tenant, policy });
};
const set = (text: string): Promise<unknown> => pg.db.query(`update incidents set ${text}`);
const incident = async (): Promise<Record<string, unknown>> =>
  (await pg.db.query<Record<string, unknown>>('select * from incidents'))[0] ?? {};

const event: ClearRule = { by: 'event', afterMs: 600_000 };
const minutes = (n: number): Promise<unknown> =>
  set(`all_clear_at = now() - interval '${n} minutes'`);

describe('an incident whose all-clear came', () => {
  it('is closed some time after, with an entry that says why', async () => {
    await minutes(9);
    expect(await sweep(event)).toBe(0);
    await minutes(11);
    expect(await sweep(event)).toBe(1);
    expect(await incident()).toMatchObject({ state: 'closed', verdict: 'resolved', due_at: null });
    const [entry] = await pg.db.query<{ body: string }>('select body from audit_entries');
    expect(entry?.body).toContain('all clear since 20');
    expect(entry?.body).toContain('"to":"closed"');
  });

  it('lets its ticket hear of the end', async () => {
    await minutes(11);
    await link('open');
    await sweep(event);
    expect((await incident())['due_at']).toBeInstanceOf(Date);
  });

  const link = (state: string, heard: string | null = '1 second'): Promise<unknown> =>
    pg.db.query(
      `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url, state, heard_at)
       values ('k', $1, 'i1', 'tickets', '', '7', '', $2, now() - $3::interval)`,
      [tenant, state, heard],
    );
  const run = (): Promise<unknown> =>
    pg.db.query(
      `insert into runs (key, tenant, incident_id, ordinal, playbook, version, plan_digest, policy_digest, requester, purpose, status, host, workflow_id, state)
       values ('run', $1, 'i1', 0, 'p', 1, 'd', 'd', 'r', 'triage', 'waiting', 'respond', 'w', '{}')`,
      [tenant],
    );
  const gate = (state: string): Promise<unknown> =>
    pg.db.query(
      `insert into gates (id, tenant, incident_id, run_key, workflow_id, step, iteration, order_digest, order_body, state, expires_at)
       values ('g', $1, 'i1', 'run', 'w', 's', 0, 'order', '{"undo":{"capability":"x"}}', $2, now())`,
      [tenant, state],
    );
  const warrant = (purpose: string): Promise<unknown> =>
    pg.db.query(
      `insert into warrants (order_digest, purpose, tenant, gate_id, vote_ids, expires_at, used_at) values ('order', $2, $1, 'g', '{}', now(), now())`,
      [tenant, purpose],
    );

  it.each<[string, () => Promise<unknown>]>([
    ['its ticket is in progress', () => link('in-progress')],
    ['nobody knows how far its ticket is', () => link('unknown')],
    ['its ticket was never asked for', () => link('open', null)],
    ['its ticket was asked for long ago', () => link('resolved', '2 minutes')],
    ['a clock that was set back makes an answer of tomorrow', () => link('open', '-1 day')],
    ['a run goes on', run],
    ['a gate is open', () => gate('open')],
    [
      'an action can still be taken back',
      async () => [await gate('approved'), await warrant('act')],
    ],
    [
      'an effect is held',
      () =>
        pg.db.query(
          `insert into effects (key, tenant, incident_id, run_key, step, capability, connection, input_digest, state) values ('e', $1, 'i1', 'run', 's', 'c', 'c', 'd', 'held')`,
          [tenant],
        ),
    ],
    ['somebody has it', () => set("assignee = 'ann'")],
    ['it needs a person', () => set("state = 'attention'")],
    ['triage is about to see it', () => set('due_at = now()')],
  ])('stays open while %s', async (_what, make) => {
    await minutes(11);
    await make();
    expect(await sweep(event)).toBe(0);
    expect((await incident())['state']).not.toBe('closed');
  });

  it('is closed once the action was taken back', async () => {
    await minutes(11);
    await gate('approved');
    await warrant('act');
    await warrant('undo');
    expect(await sweep(event)).toBe(1);
  });

  it('stays open where its rule says nothing of an end', async () => {
    await minutes(11);
    expect(await sweep(null)).toBe(0);
  });
});

describe('an incident that a complete report no longer holds', () => {
  const report = (flags: string, findings: string, ago: string): Promise<unknown> =>
    pg.db.query(
      `insert into receipts (id, tenant, source, delivery, body_sha256, flags, findings, received_at)
       values ($1, $2, 'falco', $1, '', $3, $4, now() - $5::interval)`,
      [`r${ago}`, tenant, flags, findings, ago],
    );
  const absence: ClearRule = { by: 'absence' };

  it('is closed, and the report is named', async () => {
    await report('{complete}', '[]', '1 minute');
    expect(await sweep(absence)).toBe(1);
    expect((await incident())['change_reason']).toBe('absent from the complete report r1 minute');
  });

  it.each([
    [
      'the report holds it still',
      '{complete}',
      '[{"id":"f","incident":"i1","kind":"detection"}]',
      '1 minute',
    ],
    ['the report was not complete', '{}', '[]', '1 minute'],
    ['the report is older than its last alert', '{complete}', '[]', '90 minutes'],
  ])('stays open where %s', async (_what, flags, findings, ago) => {
    await report(flags, findings, ago);
    expect(await sweep(absence)).toBe(0);
  });
});

describe('an incident of a source whose reports have names', () => {
  const sources: Readonly<Record<string, SourceConfig>> = {
    test: {
      verify: { kind: 'bearer', secrets: [testToken] },
      completeReports: { named: 'x-report' },
    },
  };
  const post = async (report: string | null, alerts: readonly object[]): Promise<void> => {
    const headers: Record<string, string> = report === null ? {} : { 'x-report': report };
    const intake = testIntake(pg.db, { sources });
    const answer = await intake.post(JSON.stringify(alerts), headers);
    expect(answer.status).toBe(202);
  };
  const closed = async (): Promise<readonly string[]> =>
    (
      await pg.db.query<{ rule: string }>(
        `select lead.body->'analytic'->>'uid' as rule from incidents i join findings lead on lead.id = i.lead_finding
          where i.source = 'test' and i.state = 'closed'`,
      )
    ).map(({ rule }) => rule);
  const settled = (): Promise<unknown> =>
    set("state = 'handled', due_at = null, batch_id = null, join_rule = 'r' where source = 'test'");
  const a = falcoAlert({ rule: 'a' });
  const b = falcoAlert({ rule: 'b' });
  const filler = { id: 'nothing', title: 'The report of prod', severity: 'info' };

  it('is over when its own report no longer holds it, and not because of another', async () => {
    await post('prod', [a]);
    await post('test', [b]);
    await settled();
    await post('prod', [a, filler]);
    await settled();
    expect(await sweep({ by: 'absence' })).toBe(0);
    await post('prod', [filler]);
    await settled();
    expect(await sweep({ by: 'absence' })).toBe(1);
    expect(await closed()).toEqual(['a']);
  });

  it('is not over when a delivery that names no report comes without it', async () => {
    await post('prod', [a]);
    await post(null, [filler]);
    await settled();
    expect(await sweep({ by: 'absence' })).toBe(0);
  });
});

describe('an incident without an alert for some windows', () => {
  const windows = (n: number): ClearRule => ({ by: 'windows', windows: n, ofMs: 1_200_000 });

  it('is closed after so many', async () => {
    expect(await sweep(windows(4))).toBe(0);
    expect(await sweep(windows(3))).toBe(1);
  });

  it('stays open while its source is silent: no news is no good news then', async () => {
    await pg.db.query(
      `insert into source_watch (tenant, source, since, silent_since) values ($1, 'falco', now(), now())`,
      [tenant],
    );
    expect(await sweep(windows(3))).toBe(0);
  });
});

describe('an incident about which nothing is heard for long', () => {
  const day = 86_400_000;

  it('is closed without a verdict', async () => {
    await set("last_seen = now() - interval '61 days'");
    expect(await sweep(null, 60 * day)).toBe(1);
    expect(await incident()).toMatchObject({
      verdict: null,
      change_reason: 'stale: nothing was heard for 60 days',
    });
  });

  it('stays open while somebody has it', async () => {
    await set("last_seen = now() - interval '61 days', assignee = 'ann'");
    expect(await sweep(null, 60 * day)).toBe(0);
  });
});
