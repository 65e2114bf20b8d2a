import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { idOf } from '../../domain/digest.ts';
import type { Finding } from '../../domain/finding.ts';
import { readBody } from '../../intake/try.ts';
import { insertIncident, testClock } from '../support/approvals.ts';
import { fromOcsf } from '../support/from-ocsf.ts';
import { openedMs } from '../support/orders.ts';
import { peopleApi, type PeopleApi } from '../support/people-api.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const incidentId = idOf('inc', 'test', 1);
let postgres: TestPostgres;
let api: PeopleApi;
let kept: readonly Finding[] = [];

beforeAll(async () => void (postgres = await startTestPostgres()), 60_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query('truncate incidents, findings cascade');
  api = peopleApi(postgres.db, testClock(openedMs));
  await insertIncident(postgres.db, incidentId);
  kept = ['suricata-eve.json', 'github-webhook.json', 'hayabusa.json'].flatMap((file) =>
    readBody(readFileSync(new URL(`../../fixtures/formats/${file}`, import.meta.url))),
  );
  for (const finding of kept)
    await postgres.db.query(
      'insert into findings (id, tenant, incident_id, receipt_id, body) values ($1, $2, $3, $4, $5)',
      [finding.id, finding.tenant, incidentId, 'rcp_1', JSON.stringify(finding)],
    );
});

test('the findings of an incident go out as OCSF, page by page, and nothing is lost', async () => {
  const found: Finding[] = [];
  let cursor = '';
  for (;;) {
    const { body } = await api.call(
      'audrey',
      `GET /v1/incidents/${incidentId}/ocsf?limit=2${cursor}`,
    );
    const page = body as { findings: Parameters<typeof fromOcsf>[0][]; next: string | null };
    expect(page.findings.length).toBeLessThanOrEqual(2);
    found.push(...page.findings.map(fromOcsf));
    if (page.next === null) break;
    cursor = `&cursor=${page.next}`;
  }
  const byId = (list: readonly Finding[]): readonly Finding[] =>
    list.toSorted((one, other) => one.id.localeCompare(other.id));
  expect(byId(found)).toEqual(byId(kept));
});

test('an incident that is not there is said so, and who proves nothing gets nothing', async () => {
  expect(await api.call('audrey', 'GET /v1/incidents/999999/ocsf')).toMatchObject({ status: 404 });
  expect(await api.call(null, `GET /v1/incidents/${incidentId}/ocsf`)).toMatchObject({
    status: 401,
  });
});
