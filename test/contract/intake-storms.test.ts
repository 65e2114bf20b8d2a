import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import { claimBatch, claimLimits, type ClaimOrder } from '../../intake/claim.ts';
import { endStorms } from '../../intake/end-storms.ts';
import type { StormRates } from '../../intake/storm-gauge.ts';
import { systemClock } from '../../platform/clock.ts';
import type { SourceConfig } from '../../platform/source-config.ts';
import { listIncidents } from '../../store/incident-lists.ts';
import { runAllCatalog } from '../support/due-incidents.ts';
import { falcoAlert, testTenant } from '../support/intake.ts';
import { useIntakeDatabase } from '../support/intake-database.ts';

const sources: Readonly<Record<string, SourceConfig>> = {
  loud: { verify: { kind: 'bearer', secrets: ['t'] } },
  calm: { verify: { kind: 'bearer', secrets: ['t'] } },
};
const storms: StormRates = {
  problems: { perSecond: 1 / 3_600, burst: 10 },
  allProblems: null,
  bySource: { calm: { deliveries: { perSecond: 1 / 3_600, burst: 2 } } },
};

const shared = useIntakeDatabase({ sources, storms });

const problem = (at: number, priority = 'Notice'): Record<string, unknown> =>
  falcoAlert({ rule: `Rule ${at}`, priority });

function send(
  source: string,
  alerts: readonly Record<string, unknown>[],
): Promise<LightMyRequestResponse> {
  return shared.intake.app.inject({
    method: 'POST',
    url: `/v1/alerts/${source}`,
    headers: { authorization: 'Bearer t' },
    payload: JSON.stringify(alerts),
  });
}

interface Row {
  readonly id: string;
  readonly number: number;
  readonly format: string;
  readonly source: string;
  readonly count: number;
  readonly severity_id: number;
  readonly storm: string | null;
  readonly samples: readonly string[];
  readonly due_at: Date | null;
  readonly all_clear_at: Date | null;
}
const incidents = (): Promise<Row[]> =>
  shared.postgres.db.query<Row>('select * from incidents order by number');
const umbrellas = async (): Promise<Row[]> =>
  (await incidents()).filter((row) => row.format === 'storm');
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

describe('more new problems than a source may open', () => {
  test('all get incidents, and what is too much stands under one umbrella that counts it', async () => {
    expect(
      (
        await send(
          'loud',
          range(30).map((at) => problem(at)),
        )
      ).statusCode,
    ).toBe(202);
    const rows = await incidents();
    const [umbrella] = rows.filter((row) => row.format === 'storm');
    expect(rows).toHaveLength(31);
    expect(rows.filter((row) => row.storm === umbrella?.id)).toHaveLength(20);
    expect(Number(umbrella?.count)).toBe(20);
    expect(umbrella?.samples).toHaveLength(8);
    expect(umbrella?.due_at).not.toBeNull();
  });
  test('go under the same umbrella, delivery after delivery, with an exact count', async () => {
    for (const at of range(5))
      await send(
        'loud',
        range(20).map((one) => problem(100 * at + one)),
      );
    const [umbrella, ...others] = await umbrellas();
    expect(others).toEqual([]);
    expect(Number(umbrella?.count)).toBe(90);
    const [storm] = await shared.postgres.db.query<{ held: number }>('select held from storms');
    expect(Number(storm?.held)).toBe(90);
  });
  test('let the worst go on, and the umbrella is as bad as the worst that it holds', async () => {
    const alerts = [
      ...range(12).map((at) => problem(at)),
      ...range(5).map((at) => problem(50 + at, 'Error')),
    ];
    await send('loud', alerts);
    const held = (await incidents()).filter((row) => row.storm !== null);
    expect(held.map((row) => row.severity_id)).toEqual(held.map(() => 2));
    await send('loud', [problem(99, 'Critical')]);
    expect((await umbrellas())[0]?.severity_id).toBe(5);
  });
  test('repeats of one problem are no storm, however many', async () => {
    const repeats = range(500).map((at) =>
      falcoAlert({ time: new Date(1_763_632_800_000 + at).toISOString() }),
    );
    await send('loud', repeats);
    expect((await incidents()).map((row) => Number(row.count))).toEqual([500]);
  });
  test('open another umbrella when a person closed the first', async () => {
    await send(
      'loud',
      range(15).map((at) => problem(at)),
    );
    await shared.postgres.db.query("update incidents set state = 'closed' where format = 'storm'");
    await send(
      'loud',
      range(3).map((at) => problem(100 + at)),
    );
    expect((await umbrellas()).map((row) => Number(row.count))).toEqual([5, 3]);
  });
  test('leave other sources as they were', async () => {
    await send(
      'loud',
      range(30).map((at) => problem(at)),
    );
    await send('calm', [problem(500)]);
    expect((await incidents()).at(-1)?.storm).toBeNull();
  });
  test('can be listed by their umbrella', async () => {
    await send(
      'loud',
      range(30).map((at) => problem(at)),
    );
    const [umbrella] = await umbrellas();
    const page = await listIncidents(shared.postgres.db, {
      tenant: testTenant,
      state: null,
      severityMin: 0,
      assignee: null,
      format: null,
      storm: String(umbrella?.number),
      before: null,
      limit: 50,
    });
    expect(page.incidents).toHaveLength(20);
  });
  test('are written down: the umbrella, and which storm holds an incident', async () => {
    await send(
      'loud',
      range(12).map((at) => problem(at)),
    );
    const [umbrella] = await umbrellas();
    const entries = await shared.postgres.db.query<{ body: string }>(
      "select body from audit_entries where type = 'incident.changed' order by inserted",
    );
    const data = entries.map(
      ({ body }) =>
        JSON.parse(body) as { incident: string; actor: unknown; data: { storm?: string } },
    );
    expect(data.filter((entry) => entry.data.storm === umbrella?.id)).toHaveLength(2);
    expect(data.find((entry) => entry.incident === umbrella?.id)?.actor).toEqual({
      kind: 'service',
      id: 'intake',
    });
  });
});

describe('what a storm holds', () => {
  const claimed = async (order: ClaimOrder = 'severity'): Promise<Row[]> => {
    const deps = { db: shared.postgres.db, clock: systemClock, tenant: testTenant };
    await claimBatch({ ...deps, catalog: () => runAllCatalog }, order);
    const rows = await shared.postgres.db.query<Row>(
      'select * from incidents where batch_id is not null',
    );
    await shared.postgres.db.query(
      'update incidents set due_at = null, batch_id = null where batch_id is not null',
    );
    return rows;
  };

  test('is triaged after everything else, the worst first', async () => {
    const over = claimLimits.runs;
    await send('loud', [
      ...range(over + 40).map((at) => problem(at, 'Notice')),
      ...range(over + 20).map((at) => problem(1_000 + at, 'Error')),
      ...range(12).map((at) => problem(2_000 + at, 'Critical')),
    ]);
    await send('calm', [problem(3_000, 'Notice')]);
    const first = await claimed();
    const [calm] = first.filter((row) => row.source === 'calm');
    expect(calm?.severity_id).toBe(2);
    expect(first.filter((row) => row.severity_id === 5 && row.format !== 'storm')).toHaveLength(12);
    expect(first.filter(isHeld)).toEqual([]);
    expect((await claimed('age')).filter(isHeld)).toEqual([]);
    const batches = [await claimed('held'), await claimed('held')];
    for (const rows of batches) {
      expect(rows).toHaveLength(claimLimits.heldRuns);
      expect(rows.every(isHeld)).toBe(true);
    }
    const severities = batches.flat().map((row) => row.severity_id);
    const left = (await incidents()).filter((row) => row.due_at !== null && isHeld(row));
    expect(Math.min(...severities)).toBeGreaterThanOrEqual(
      Math.max(...left.map((row) => row.severity_id)),
    );
  });
});

const isHeld = (row: Row): boolean => row.storm !== null && row.severity_id < 5;

describe('the end of a storm', () => {
  test('is an all-clear on its umbrella, once it held nothing for a while', async () => {
    await send(
      'loud',
      range(12).map((at) => problem(at)),
    );
    expect(await endStorms(shared.postgres.db, testTenant, systemClock)).toBe(0);
    await shared.postgres.db.query("update storms set last_at = last_at - interval '10 minutes'");
    expect(await endStorms(shared.postgres.db, testTenant, systemClock)).toBe(1);
    expect((await umbrellas())[0]?.all_clear_at).toBeInstanceOf(Date);
    expect(await endStorms(shared.postgres.db, testTenant, systemClock)).toBe(0);
  });
});

describe('a source that sends faster than it may', () => {
  test('is told when to come again, and nothing is filed or dropped in silence', async () => {
    const answers = [];
    for (const at of range(3)) answers.push(await send('calm', [problem(at)]));
    expect(answers.map((answer) => answer.statusCode)).toEqual([202, 202, 503]);
    expect(Number(answers[2]?.headers['retry-after'])).toBeGreaterThan(1);
    expect((await send('loud', [problem(9)])).statusCode).toBe(202);
  });
});

describe('a full queue', () => {
  test('keeps a half for other sources', async () => {
    shared.replaceIntake({ sources, limits: { queueMax: 4 } });
    const flood = range(8).map((at) => send('loud', [problem(at)]));
    const other = send('calm', [problem(100)]);
    const codes = (await Promise.all(flood)).map((answer) => answer.statusCode);
    expect((await other).statusCode).toBe(202);
    expect(codes).toContain(503);
    expect(codes.filter((code) => code === 202).length).toBe((await incidents()).length - 1);
  });
});
