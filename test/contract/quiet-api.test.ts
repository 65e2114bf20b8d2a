import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf } from '../../domain/digest.ts';
import { insertIncident, testClock } from '../support/approvals.ts';
import { peopleApi, type PeopleApi } from '../support/people-api.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
let api: PeopleApi;
const nowMs = Date.now();
const at = (hours: number): string => new Date(nowMs + hours * 3_600_000).toISOString();

beforeAll(async () => {
  pg = await startTestPostgres();
  api = peopleApi(pg.db, testClock(nowMs));
}, 60_000);
afterAll(async () => {
  await api.app.close();
  await pg.stop();
});
beforeEach(() => pg.db.query('truncate incidents, quiet_windows, audit_entries, vault cascade'));

const preview = (when: string, rest = ''): ReturnType<PeopleApi['call']> =>
  api.call('audrey', `GET /v1/quiet/preview?when=${encodeURIComponent(when)}${rest}`);
const body = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  kind: 'suppression',
  when: "incident.title == 'host malware'",
  owner: 'platform',
  reason: 'a load test',
  until: at(2),
  ...over,
});

describe('deploys over HTTP', () => {
  it('are told by machines and people, and listed by service', async () => {
    const told = await api.call('siem', 'POST /v1/deploys', { service: 'Cart', version: '1.2' });
    expect(told).toMatchObject({ status: 201, body: { service: 'cart', status: 'succeeded' } });
    expect((await api.call('audrey', 'GET /v1/deploys?service=CART')).body).toMatchObject({
      deploys: [{ service: 'cart', version: '1.2', source: 'api' }],
    });
    expect((await api.call('audrey', 'GET /v1/deploys?service=mail')).body).toEqual({
      deploys: [],
    });
    expect((await api.call('audrey', 'POST /v1/deploys', { service: 'cart' })).status).toBe(403);
  });
});

describe('watched sources over HTTP', () => {
  it('are listed with what is known of them', async () => {
    await pg.db.query(
      `insert into source_watch (tenant, source, since, canary_ms) values ('acme', 'falco', now(), 812)`,
    );
    expect((await api.call('audrey', 'GET /v1/sources')).body).toMatchObject({
      sources: [{ source: 'falco', heardAt: null, silentSince: null, canaryMs: 812 }],
    });
  });
});

describe('quiet windows over HTTP', () => {
  it('are made, listed, ended and reported', async () => {
    const made = await api.call('ann', 'POST /v1/quiet', body({ change: 'CHG-7', floor: 'high' }));
    expect(made).toMatchObject({ status: 201, body: { floor: 4, change: 'CHG-7', repeat: null } });
    const id = String(made.body['id']);
    expect((await api.call('audrey', 'GET /v1/quiet')).body).toMatchObject({
      windows: [{ id, createdBy: 'ann', hidden: 0 }],
    });
    expect((await api.call('ann', `POST /v1/quiet/${id}/end`, { reason: 'done' })).status).toBe(
      200,
    );
    expect((await api.call('audrey', 'GET /v1/quiet')).body).toEqual({ windows: [] });
    expect((await api.call('audrey', `GET /v1/quiet/${id}/report`)).body).toMatchObject({
      incidents: 0,
    });
  });

  it.each([
    ['without an end', { until: undefined }],
    ['with an end in the past', { until: at(-1) }],
    ['that last too long', { until: at(24 * 91) }],
    ['without an owner', { owner: '' }],
    ['with a condition that cannot be read', { when: 'finding.' }],
    ['that read what triage does not know', { when: 'steps.asset.owner == "x"' }],
    ['with a floor that nothing reaches', { floor: 'unknown' }],
    ['whose turns last too long', { repeat: { days: ['mon'], at: '10:00', for: '8d' } }],
  ])('%s are refused', async (_what, over) => {
    expect((await api.call('ann', 'POST /v1/quiet', body(over))).status).toBe(400);
  });

  it('are not for auditors or sources to make', async () => {
    for (const who of ['audrey', 'siem'])
      expect((await api.call(who, 'POST /v1/quiet', body())).status).toBe(403);
  });

  it('keep people out of the store who are named in a condition', async () => {
    const when = "finding.actors.exists(a, a.name == 'dana@corp.example')";
    const made = await api.call('ann', 'POST /v1/quiet', body({ when }));
    expect(made.status).toBe(201);
    expect(JSON.stringify(made.body)).not.toContain('dana@corp.example');
  });

  it('can be tried on the past without effect', async () => {
    for (const n of [1, 2]) await insertIncident(pg.db, idOf('inc', 'test', n));
    await pg.db.query('update incidents set severity_id = 5, count = 3 where id = $1', [
      idOf('inc', 'test', 1),
    ]);
    const { when } = body();
    expect((await preview(String(when), '&days=30')).body).toMatchObject({
      examined: 2,
      complete: true,
      hidden: { incidents: 1, alerts: 1 },
      breaksThrough: { incidents: 1, alerts: 3 },
      failed: 0,
    });
    const broken = await preview('finding.no == 1');
    expect(broken.body).toMatchObject({ failed: 2, hidden: { incidents: 0 } });
    expect(await pg.db.query('select 1 from quiet_windows')).toEqual([]);
  });
});
