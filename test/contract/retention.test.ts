import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { purgeOld } from '../../store/retention.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
  for (const [id, days] of [
    ['old', 8],
    ['young', 6],
  ] as const) {
    await pg.db.query(
      `insert into receipts (id, tenant, source, delivery, body_sha256, findings, received_at)
       values ($1, 'main', 'falco', $1, '', '[]', now() - $2 * interval '1 day')`,
      [id, days],
    );
    await pg.db.query(
      `insert into rejects (id, tenant, source, reason, detail, sender, head, at)
       values ($1, 'main', 'falco', 'CREDENTIAL_REFUSED', '', '', '', now() - $2 * interval '4 days')`,
      [id, days],
    );
    await pg.db.query(
      `insert into deploys (id, tenant, source, service, environment, version, status, actor, url, at, seen_at)
       values ($1, 'main', 'github', 'cart', '', '', 'succeeded', '', '', now() - $2 * interval '12 days', now())`,
      [id, days],
    );
    await pg.db.query(
      `insert into incidents (id, tenant, correlation_key, state, title, format, kind, source, severity_id, first_seen, last_seen, lead_finding, facts, received_at, changed_by, change_reason)
       values ($1, 'main', $1, 'closed', '', '', '', '', 1, now(), now(), '', '{}', now(), '', '')`,
      [id],
    );
    await pg.db.query(
      `insert into case_keys (tenant, key, incident_id, seen_at) values ('main', $1, $1, now() - $2 * interval '4 days')`,
      [id, days],
    );
  }
});
afterAll(() => pg.stop());

it('forgets receipts after a week and rejections after a month, and says how many', async () => {
  expect(await purgeOld(pg.db, { tenant: 'main', clock: systemClock, originalsDays: 365 })).toBe(
    false,
  );
  expect(await pg.db.query('select id from receipts')).toEqual([{ id: 'young' }]);
  expect(await pg.db.query('select id from rejects')).toEqual([{ id: 'young' }]);
  const [entry] = await pg.db.query<{ body: string }>(
    `select body from audit_entries where type = 'retention.purged'`,
  );
  expect(JSON.parse(entry?.body ?? '{}')).toMatchObject({
    data: { receipts: 1, rejects: 1, caseKeys: 1, deploys: 1 },
  });
  expect(await pg.db.query('select id from deploys')).toEqual([{ id: 'young' }]);
  expect(await pg.db.query('select incident_id as id from case_keys')).toEqual([{ id: 'young' }]);
});

it('writes nothing where nothing is past its time', async () => {
  await purgeOld(pg.db, { tenant: 'main', clock: systemClock, originalsDays: 365 });
  expect(
    await pg.db.query(`select id from audit_entries where type = 'retention.purged'`),
  ).toHaveLength(1);
});
