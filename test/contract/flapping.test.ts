import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Hold } from '../../domain/hold.ts';
import { claimBatch } from '../../intake/claim.ts';
import { systemClock } from '../../platform/clock.ts';
import { shippedPolicy } from '../support/correlate.ts';
import { runAllCatalog } from '../support/due-incidents.ts';
import { testIntake, testTenant, type TestIntake } from '../support/intake.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let intake: TestIntake;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, 60_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query(
    'truncate receipts, ticket_links, runs, batches, incidents, findings, audit_entries, vault cascade',
  );
  intake = testIntake(postgres.db);
});

/** The shipped rule of Alertmanager holds for half an hour after three all-clears within an hour. */
const { correlation } = shippedPolicy();
const catalog = { ...runAllCatalog, policy: { ...runAllCatalog.policy, correlation } };
let minute = 0;
const say = async (status: 'firing' | 'resolved', severity = 'warning'): Promise<void> => {
  minute += 1;
  const startsAt = new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString();
  const labels = { alertname: 'DiskFull', instance: 'db-1', severity };
  const alert = { status, labels, annotations: {}, startsAt, endsAt: startsAt, fingerprint: 'f1' };
  const answer = await intake.post(
    JSON.stringify({ receiver: 'r', groupKey: 'g', status, alerts: [alert] }),
  );
  expect(answer.status).toBe(202);
};
/** One round of the dispatcher, whose batch then ends at once. Gives how many incidents went on. */
async function triage(): Promise<number> {
  await postgres.db.query(
    "update incidents set due_at = clock_timestamp() where due_at < clock_timestamp() + interval '1 minute'",
  );
  await claimBatch(
    { db: postgres.db, clock: systemClock, tenant: testTenant, catalog: () => catalog },
    'age',
  );
  const rows = await postgres.db.query(
    "update incidents set batch_id = null, due_at = null, state = 'handled' where batch_id is not null returning 1",
  );
  return rows.length;
}
const incident = async (): Promise<{ count: number; hold: Hold | null; wait: number | null }> => {
  const [row, ...others] = await postgres.db.query<{
    count: number;
    hold: Hold | null;
    wait: number | null;
  }>(
    'select count, hold, extract(epoch from due_at - clock_timestamp())::float8 as wait from incidents',
  );
  expect(others).toEqual([]);
  if (row === undefined) throw new Error('there is no incident');
  return row;
};
const held = async (): Promise<readonly Record<string, unknown>[]> =>
  (
    await postgres.db.query<{ body: string }>(
      "select body from audit_entries where type = 'incident.held' order by inserted",
    )
  ).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
async function flap(times: number): Promise<void> {
  for (let at = 0; at < times; at += 1) {
    await say('resolved');
    await say('firing');
  }
}

describe('an incident that flaps', () => {
  beforeEach(async () => {
    await say('firing');
    expect(await triage()).toBe(1);
    // Its ticket: what comes later is a follow-up to it.
    await postgres.db.query(
      `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
       select 'k', tenant, id, 'board', '', 'T-1', '' from incidents`,
    );
  });

  test('is told about at once until it was clear three times', async () => {
    await flap(2);
    expect(await triage()).toBe(1);
    expect((await incident()).hold).toBeNull();
  });

  test('then waits, counts on, and says why in the log', async () => {
    await flap(3);
    expect(await triage()).toBe(0);
    const { count, hold, wait } = await incident();
    expect(Number(count)).toBe(7);
    expect(hold).toMatchObject({
      kind: 'flapping',
      why: '3 all-clears in 60 minutes',
      releasedAt: null,
    });
    expect(wait).toBeGreaterThan(1_500);
    expect(await held()).toMatchObject([{ outcome: 'held', data: { kind: 'flapping' } }]);
    await say('firing');
    expect(await triage()).toBe(0);
    expect((await incident()).wait).toBeGreaterThan(1_500);
    expect(await held()).toHaveLength(1);
  });

  test('is told about again when the wait is over', async () => {
    await flap(3);
    await triage();
    await postgres.db.query(
      `update incidents set due_at = clock_timestamp(), hold = jsonb_set(hold, '{until}', to_jsonb('2026-01-01T00:00:00Z'::text))`,
    );
    expect(await triage()).toBe(1);
    expect((await incident()).hold?.releasedAt).not.toBeNull();
    expect((await held()).at(-1)).toMatchObject({ outcome: 'closed', data: { early: false } });
  });

  test('breaks through when it gets worse', async () => {
    await flap(3);
    await triage();
    await say('firing', 'critical');
    await postgres.db.query('update incidents set due_at = clock_timestamp()');
    expect(await triage()).toBe(1);
    expect((await held()).at(-1)).toMatchObject({ outcome: 'closed', data: { early: true } });
  });
});
