import { describe, expect, test } from 'vitest';
import { claimBatch } from '../../intake/claim.ts';
import { intakeLimits } from '../../intake/limits.ts';
import type { StormRates } from '../../intake/storm-gauge.ts';
import { systemClock } from '../../platform/clock.ts';
import type { SourceConfig } from '../../platform/source-config.ts';
import { listIncidents } from '../../store/incident-lists.ts';
import { runAllCatalog } from '../support/due-incidents.ts';
import { falcoAlert, testTenant } from '../support/intake.ts';
import { useIntakeDatabase } from '../support/intake-database.ts';

const sources: Readonly<Record<string, SourceConfig>> = {
  loud: { verify: { kind: 'bearer', secrets: ['t'] } },
};
const freeOnes = 10;
const storms: StormRates = {
  problems: { perSecond: 1 / 3_600, burst: freeOnes },
  allProblems: null,
  bySource: {},
};
const shared = useIntakeDatabase({ sources, storms, limits: { queueMax: 16 } });

const deliveries = 30;
const problemsEach = 40;
const problems = deliveries * problemsEach;
const priorities = ['Notice', 'Warning', 'Error', 'Critical'];

/** Each of its problems is another one, of all severities in turn. */
const delivery = (at: number): string =>
  JSON.stringify(
    Array.from({ length: problemsEach }, (_, one) =>
      falcoAlert({
        rule: `Rule ${at * problemsEach + one}`,
        priority: priorities[one % priorities.length],
      }),
    ),
  );

/** Sends all deliveries at once, and what was refused once more, as senders do. Gives every answer. */
async function flood(): Promise<readonly number[]> {
  const answers: number[] = [];
  let left = Array.from({ length: deliveries }, (_, at) => delivery(at));
  while (left.length > 0) {
    const codes = await Promise.all(
      left.map(async (payload) => {
        const answer = await shared.intake.app.inject({
          method: 'POST',
          url: '/v1/alerts/loud',
          headers: { authorization: 'Bearer t' },
          payload,
        });
        return answer.statusCode;
      }),
    );
    answers.push(...codes);
    left = left.filter((_, at) => codes[at] !== 202);
  }
  return answers;
}

interface Row {
  readonly id: string;
  readonly number: number;
  readonly format: string;
  readonly title: string;
  readonly count: number;
  readonly severity_id: number;
  readonly storm: string | null;
  readonly samples: readonly string[];
}

const rows = (condition: string): Promise<Row[]> =>
  shared.postgres.db.query<Row>(`select * from incidents where ${condition} order by number`);

async function umbrella(): Promise<Row> {
  const [only, more] = await rows("format = 'storm'");
  if (only === undefined || more !== undefined) throw new Error('one umbrella was expected');
  return only;
}

describe('a flood of problems that many deliveries bring at once', () => {
  test('is filed problem by problem or answered 503, and one umbrella counts what is too much', async () => {
    const answers = await flood();
    expect(new Set(answers)).toEqual(new Set([202, 503]));
    expect(answers.filter((code) => code === 202)).toHaveLength(deliveries);
    const filed = await rows("format <> 'storm'");
    expect(new Set(filed.map(({ title }) => title)).size).toBe(problems);
    expect(filed.map(({ count }) => Number(count))).toEqual(filed.map(() => 1));
    const { id, count } = await umbrella();
    const held = filed.filter(({ storm }) => storm !== null);
    expect(new Set(held.map(({ storm }) => storm))).toEqual(new Set([id]));
    expect(held).toHaveLength(problems - freeOnes);
    expect(Number(count)).toBe(held.length);
  });

  test('has a sample, the worst first, in the text of the umbrella', async () => {
    await flood();
    const { id, samples } = await umbrella();
    const [finding] = await shared.postgres.db.query<{ body: { description: string } }>(
      'select body from findings where incident_id = $1',
      [id],
    );
    const listed = finding?.body.description.match(/^- .+$/gm) ?? [];
    expect(samples).toHaveLength(intakeLimits.samplesMax);
    expect(listed).toHaveLength(intakeLimits.samplesMax);
    const held = await rows('storm is not null');
    const worst = listed.map((line) => line.slice(2, line.indexOf(':')).toLowerCase());
    // A quarter of them is critical and a quarter high; no more than the free ones of the critical were let go on.
    expect(worst.filter((name) => name !== 'high' && name !== 'critical')).toEqual([]);
    for (const line of listed)
      expect(held.map(({ title }) => title)).toContain(line.slice(line.indexOf(': ') + 2));
  });

  test('can be read to its end in the list of the umbrella', async () => {
    await flood();
    const { number } = await umbrella();
    const seen: number[] = [];
    let before: number | null = null;
    do {
      const page: Awaited<ReturnType<typeof listIncidents>> = await listIncidents(
        shared.postgres.db,
        {
          tenant: testTenant,
          state: null,
          severityMin: 0,
          assignee: null,
          format: null,
          storm: String(number),
          before,
          limit: 100,
        },
      );
      seen.push(...page.incidents.map((incident) => incident.number));
      before = page.next === null ? null : Number(page.next);
    } while (before !== null);
    const held = await rows('storm is not null');
    expect(seen.toSorted((a, b) => a - b)).toEqual(held.map((row) => Number(row.number)));
  });

  test('is worked off to the last problem, each once, in order of severity', async () => {
    await flood();
    const claimed: Row[][] = [];
    const deps = { db: shared.postgres.db, clock: systemClock, tenant: testTenant };
    for (;;) {
      const claim = { ...deps, catalog: () => runAllCatalog };
      // As a dispatcher does: what a storm holds comes after everything else.
      if ((await claimBatch(claim, 'severity')) === null) await claimBatch(claim, 'held');
      const batch = await rows('batch_id is not null');
      if (batch.length === 0) break;
      claimed.push(batch);
      await shared.postgres.db.query(
        'update incidents set due_at = null, batch_id = null where batch_id is not null',
      );
    }
    const all = claimed.flat().filter(({ format }) => format !== 'storm');
    expect(new Set(all.map(({ id }) => id)).size).toBe(problems);
    expect(all).toHaveLength(problems);
    const held = claimed.map((batch) =>
      batch.filter(({ storm }) => storm !== null).map((row) => row.severity_id),
    );
    const falling = held.flatMap((batch) => batch.toSorted((a, b) => b - a));
    expect(falling).toEqual(falling.toSorted((a, b) => b - a));
    expect(new Set(falling).size).toBe(priorities.length);
  });
});
