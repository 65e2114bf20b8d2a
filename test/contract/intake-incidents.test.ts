import { describe, expect, test } from 'vitest';
import { shippedCorrelate } from '../support/correlate.ts';
import { useIntakeDatabase } from '../support/intake-database.ts';
import type { SealedOriginal } from '../../domain/sealed-original.ts';
import type { Delivery } from '../../intake/commit.ts';
import { receive } from '../../intake/receive.ts';
import {
  testInbox,
  falcoAlert as falco,
  testIntake,
  testRedactor,
  testTenant,
} from '../support/intake.ts';

const shared = useIntakeDatabase();

const incidents = (): Promise<Record<string, unknown>[]> =>
  shared.postgres.db.query('select * from incidents order by number');
const one = async (text: string): Promise<number> =>
  Number((await shared.postgres.db.query<{ n: number }>(text))[0]?.n);

describe('an incident', () => {
  test('counts a storm of one problem exactly, in a few commits', async () => {
    const size = 500;
    const answers = await Promise.all(
      Array.from({ length: size }, (_, at) =>
        shared.intake.post(
          JSON.stringify(falco({ time: `2026-11-20T10:00:00.${String(at).padStart(9, '0')}Z` })),
        ),
      ),
    );
    expect(new Set(answers.map((answer) => answer.body.findings[0]?.incident)).size).toBe(1);
    const rows = await incidents();
    expect(rows).toMatchObject([{ count: size, revision: size }]);
    expect(rows[0]?.['samples']).toHaveLength(8);
    expect(shared.intake.committed()).toBeLessThan(50);
  });

  test('takes the severity of the worst finding and is due at once when it rises', async () => {
    await shared.intake.post(JSON.stringify(falco()));
    await shared.postgres.db.query(
      "update incidents set due_at = null, state = 'handled', follow_ups = 2",
    );
    await shared.intake.post(JSON.stringify(falco({ time: '2026-11-20T10:01:00Z' })));
    const [calm] = await shared.postgres.db.query<{ ahead: number }>(
      'select extract(epoch from due_at - clock_timestamp()) as ahead from incidents',
    );
    expect(Number(calm?.ahead)).toBeGreaterThan(25);
    const worse = await shared.intake.post(
      JSON.stringify(falco({ time: '2026-11-20T10:02:00Z', priority: 'Critical' })),
    );
    const [row] = await incidents();
    expect(row).toMatchObject({
      severity_id: 5,
      count: 3,
      lead_finding: worse.body.findings[0]?.id,
    });
    expect(await one('select count(*) as n from incidents where due_at <= clock_timestamp()')).toBe(
      1,
    );
  });

  test('that was closed long ago does not match again: a new one opens and says which it follows', async () => {
    const first = await shared.intake.post(JSON.stringify(falco()));
    await close('1 hour');
    const second = await shared.intake.post(
      JSON.stringify(falco({ time: '2026-11-20T10:01:00Z' })),
    );
    const before = first.body.findings[0]?.incident;
    expect(second.body.findings[0]?.incident).not.toBe(before);
    expect(await incidents()).toMatchObject([
      { state: 'closed', reopened: 0 },
      { state: 'new', follows: before },
    ]);
  });

  const close = (ago: string, verdict = 'resolved'): Promise<unknown> =>
    shared.postgres.db.query(
      `update incidents set state = 'closed', due_at = null, triaged_severity = 2, verdict = $2,
              changed_at = clock_timestamp() - $1::interval`,
      [ago, verdict],
    );

  test('that was closed a moment ago opens again, is triaged anew and says so in the log', async () => {
    const first = await shared.intake.post(JSON.stringify(falco()));
    await close('1 minute');
    const second = await shared.intake.post(
      JSON.stringify(falco({ time: '2026-11-20T10:01:00Z' })),
    );
    expect(second.body.findings[0]?.incident).toBe(first.body.findings[0]?.incident);
    const [row] = await incidents();
    expect(row).toMatchObject({ state: 'new', count: 2, reopened: 1, triaged_severity: -1 });
    expect(await dueNow()).toBe(1);
    expect(await entries('reason')).toContainEqual(
      expect.stringContaining('came back 60 s after the incident was closed'),
    );
  });

  test('that was closed as part of another stays closed', async () => {
    await shared.intake.post(JSON.stringify(falco()));
    await close('1 minute', 'duplicate');
    await shared.intake.post(JSON.stringify(falco({ time: '2026-11-20T10:01:00Z' })));
    expect(await incidents()).toMatchObject([{ state: 'closed' }, { state: 'new' }]);
  });

  test('whose window passed takes no more alerts, but stays open', async () => {
    await shared.intake.post(JSON.stringify(falco()));
    await shared.postgres.db.query(
      "update incidents set last_seen = last_seen - interval '61 minutes', state = 'handled'",
    );
    const [before] = await incidents();
    await shared.intake.post(JSON.stringify(falco({ time: '2026-11-20T10:01:00Z' })));
    expect(await incidents()).toMatchObject([
      { state: 'handled', joins: false, count: 1 },
      { state: 'new', joins: true, count: 1, follows: before?.['id'] },
    ]);
    expect(await entries('reason')).toContainEqual(expect.stringContaining('its window passed'));
  });

  test('says which rule made its key, and of what', async () => {
    await shared.intake.post(JSON.stringify(falco()));
    expect(await incidents()).toMatchObject([
      {
        join_rule: 'workload-and-process',
        join_parts: expect.arrayContaining(['namespace=shop', 'place=pod:cart']) as unknown,
      },
    ]);
  });

  const dueNow = (): Promise<number> =>
    one('select count(*) as n from incidents where due_at <= clock_timestamp()');
  const entries = async (field: string): Promise<readonly string[]> =>
    (
      await shared.postgres.db.query<{ text: string | null }>(
        "select body::json->'data'->>$1 as text from audit_entries where type = 'incident.changed'",
        [field],
      )
    ).map((row) => row.text ?? '');

  const group = (status: string, startsAt: string): string =>
    JSON.stringify({
      version: '4',
      groupKey: 'g',
      receiver: 'r',
      status,
      alerts: [
        {
          status,
          labels: { alertname: 'DiskFull', severity: 'warning', instance: 'db-10' },
          annotations: {},
          startsAt,
          fingerprint: 'f00d',
        },
      ],
    });

  test('learns of its all-clear, and forgets it when the problem is back', async () => {
    await shared.intake.post(group('firing', '2026-11-20T10:00:00Z'));
    await shared.intake.post(group('resolved', '2026-11-20T10:00:00Z'));
    expect(
      await one('select count(*) as n from incidents where all_clear_at is not null and count = 2'),
    ).toBe(1);
    await shared.intake.post(group('firing', '2026-11-20T11:00:00Z'));
    expect(
      await one('select count(*) as n from incidents where all_clear_at is null and count = 3'),
    ).toBe(1);
  });

  test('takes an all-clear that comes late without opening again, and an all-clear alone opens nothing', async () => {
    const first = await shared.intake.post(group('firing', '2026-11-20T10:00:00Z'));
    await shared.postgres.db.query("update incidents set state = 'closed', due_at = null");
    const late = await shared.intake.post(group('resolved', '2026-11-20T10:00:00Z'));
    expect(late.body.findings[0]?.incident).toBe(first.body.findings[0]?.incident);
    await shared.intake.post(group('resolved', '2026-11-20T10:00:00Z').replaceAll('f00d', 'beef'));
    expect(
      await one(
        "select count(*) as n from incidents where state <> 'closed' or due_at is not null",
      ),
    ).toBe(0);
    expect(await one('select count(*) as n from findings')).toBe(3);
  });
});

describe('a full or broken store', () => {
  test('answers 503 with Retry-After when the backlog is at its bound', async () => {
    shared.replaceIntake({ limits: { queueMax: 0 } });
    const answer = await shared.intake.post(JSON.stringify(falco()));
    expect(answer).toMatchObject({ status: 503, body: { code: 'BACKLOG_FULL' } });
    expect(answer.headers['retry-after']).toBe('2');
  });

  test('two processes that file the same storm count each finding once', async () => {
    const other = testIntake(shared.postgres.db);
    const bodies = Array.from({ length: 120 }, (_, at) =>
      JSON.stringify(
        falco(
          { time: `2026-11-20T10:00:00.${String(at).padStart(3, '0')}Z`, hostname: `h${at % 5}` },
          { 'k8s.pod.name': null, 'k8s.ns.name': null },
        ),
      ),
    );
    const answers = await Promise.all(
      bodies.flatMap((body, at) => [
        shared.intake.post(body, { 'x-delivery': `a${at}` }),
        other.post(body, { 'x-delivery': `b${at}` }),
      ]),
    );
    expect(answers.every((answer) => answer.status === 202)).toBe(true);
    expect(await one('select count(*) as n from findings')).toBe(120);
    expect(await one('select sum(count) as n from incidents')).toBe(120);
    expect(await one('select count(*) as n from incidents')).toBe(5);
    expect(await one('select count(*) as n from receipts')).toBe(240);
  });
});

describe('a delivery that SQL refuses', () => {
  test('is filed without what was refused, and those beside it are filed whole', async () => {
    const inbox = testInbox(shared.postgres.db);
    const send = async (time: string): Promise<Delivery<SealedOriginal>> => {
      const body = Buffer.from(JSON.stringify(falco({ time })));
      const verified = {
        source: 'test',
        raw: body,
        coding: undefined,
        formatHint: null,
        deliveryId: null,
        receivedAtMs: 1,
      };
      return receive(
        { tenant: testTenant, redactor: testRedactor, correlate: shippedCorrelate },
        verified,
      );
    };
    const good = await send('2026-11-20T10:00:00Z');
    const refused = await send('2026-11-20T11:00:00Z');
    const [first] = refused.findings;
    if (first === undefined) throw new Error('no finding');
    const broken = {
      ...refused,
      findings: [
        {
          correlation: { ...first.correlation, key: 'another' },
          finding: { ...first.finding, time: 'no time at all' },
          older: [],
        },
      ],
    };
    const receipts = await Promise.all([inbox.file(good), inbox.file(broken)]);
    expect(receipts.map((receipt) => receipt.findings[0]?.kind)).toEqual(['detection', 'unparsed']);
    const [row] = await shared.postgres.db.query<{ body: { notes: string[] } }>(
      "select body from findings where body ->> 'kind' = 'unparsed'",
    );
    expect(row?.body.notes).toEqual(['store-refused: 22007']);
  });
});
