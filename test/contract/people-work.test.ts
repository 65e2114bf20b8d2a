import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf } from '../../domain/digest.ts';
import type { Court } from '../support/approvals.ts';
import { court, insertIncident, testClock } from '../support/approvals.ts';
import { anOrder, openedMs, people } from '../support/orders.ts';
import type { PeopleApi } from '../support/people-api.ts';
import { ballotAt, peopleApi, type Ballot } from '../support/people-api.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestPostgres } from '../support/postgres.ts';

const { alice, carol, dave } = people('alice', 'carol', 'dave');
const incidentId = idOf('inc', 'test', 1);
const canary = 'AKIAQ3EGRYXW5ZJ7M2KD';
let postgres: TestPostgres;
let at: Court;
let api: PeopleApi;

beforeAll(async () => void (postgres = await startTestPostgres()), 60_000);
afterAll(() => postgres.stop());
beforeEach(async () => {
  await postgres.db.query(
    'truncate gates, votes, warrants, approvers, audit_entries, switches, effects, incidents, notes, vault cascade',
  );
  const clock = testClock(openedMs);
  at = court(postgres.db, clock);
  api = peopleApi(postgres.db, clock);
  await at.register(alice, carol, dave);
  await insertIncident(postgres.db, incidentId);
});

const ballot: Ballot = (by, gate, over) => ballotAt(at.clock, { by, gate, ...over });

const orderHere = (): ReturnType<typeof anOrder> => anOrder({ incidentId });
describe('incidents over HTTP', () => {
  it('are listed, shown by number, acknowledged, assigned and noted', async () => {
    const { body } = await api.call('audrey', 'GET /v1/incidents?state=open&limit=1');
    const [incident] = body['incidents'] as { id: string; number: number }[];
    expect(incident?.id).toBe(incidentId);
    expect(
      (await api.call('ann', `POST /v1/incidents/${incident?.number}/ack`, {})).body,
    ).toMatchObject({ assignee: 'ann', state: 'responding' });
    expect(
      (await api.call('ann', `POST /v1/incidents/${incidentId}/assign`, { assignee: 'carol' }))
        .body,
    ).toMatchObject({ assignee: 'carol' });
    expect(
      (
        await api.call('ann', `POST /v1/incidents/${incidentId}/notes`, {
          body: `the key was ${canary}`,
        })
      ).status,
    ).toBe(201);
    const file = (await api.call('audrey', `GET /v1/incidents/${incidentId}`)).body;
    expect(file).toMatchObject({ notes: [{ actor: 'ann' }] });
    expect(JSON.stringify(file)).not.toContain(canary);
  });

  it('page from the newest to the oldest', async () => {
    await insertIncident(postgres.db, idOf('inc', 'test', 2));
    const first = (await api.call('ann', 'GET /v1/incidents?limit=1')).body as {
      incidents: { id: string }[];
      next: string;
    };
    const second = (await api.call('ann', `GET /v1/incidents?limit=1&cursor=${first.next}`))
      .body as { incidents: { id: string }[]; next: null };
    expect([first.incidents[0]?.id, second.incidents[0]?.id, second.next]).toEqual([
      idOf('inc', 'test', 2),
      incidentId,
      null,
    ]);
  });

  it('are reported by people, redacted before anybody else sees them', async () => {
    expect(
      await api.call('ann', 'POST /v1/incidents', {
        title: `leaked ${canary}`,
        severity: 'high',
        user: 'mia@acme.example',
      }),
    ).toMatchObject({ status: 201 });
    expect(api.filed).toMatchObject([{ severityId: 4, person: 'ann' }]);
    expect(JSON.stringify(api.filed)).not.toMatch(/AKIA|mia@/);
  });

  it('run a playbook that somebody asks for, as its requester', async () => {
    expect(
      await api.call('ann', 'POST /v1/runs', { playbook: 'plain-alert', incident: incidentId }),
    ).toMatchObject({ status: 202 });
    expect(
      await api.call('ann', 'POST /v1/runs', { playbook: 'no-such', incident: incidentId }),
    ).toMatchObject({ status: 422 });
    const [row] = await postgres.db.query<{ requests: unknown[] }>(
      'select requests from incidents',
    );
    expect(row?.requests).toMatchObject([
      { playbook: 'plain-alert', requester: 'ann', rehearsal: false },
    ]);
  });

  it('that are drafts are promoted or dismissed by a person', async () => {
    expect(
      (await api.call('ann', `POST /v1/incidents/${incidentId}/promote`, { reason: 'real' }))
        .status,
    ).toBe(409);
    await postgres.db.query(`update incidents set state = 'draft'`);
    expect(
      (await api.call('ann', `POST /v1/incidents/${incidentId}/promote`, { reason: 'real' })).body,
    ).toMatchObject({ state: 'triage' });
  });
});

describe('a draft that is about the same as another incident', () => {
  const merge = (into: string): Promise<{ status: number; body: unknown }> =>
    api.call('ann', `POST /v1/incidents/${incidentId}/merge`, { into, reason: 'same host' });

  it('becomes part of it: findings and count move, and it is closed as a duplicate', async () => {
    const other = idOf('inc', 'test', 9);
    await insertIncident(postgres.db, other);
    await postgres.db.query(`update incidents set state = 'draft', count = 3 where id = $1`, [
      incidentId,
    ]);
    await postgres.db.query(
      `insert into findings (id, tenant, incident_id, receipt_id, body) values ('fnd_1', 'acme', $1, 'rcp_1', '{}')`,
      [incidentId],
    );
    expect((await merge(other)).body).toMatchObject({ id: other, count: 4 });
    expect(await postgres.db.query('select incident_id from findings')).toEqual([
      { incident_id: other },
    ]);
    const rows = await postgres.db.query(
      'select state, verdict, due_at is not null as due from incidents order by count',
    );
    expect(rows).toMatchObject([{ state: 'closed', verdict: 'duplicate' }, { due: true }]);
  });

  it('is refused where it is no draft, or the other one is closed or itself', async () => {
    const other = idOf('inc', 'test', 9);
    await insertIncident(postgres.db, other);
    expect((await merge(other)).status).toBe(409);
    await postgres.db.query(`update incidents set state = 'draft' where id = $1`, [incidentId]);
    expect((await merge(incidentId)).status).toBe(409);
    await postgres.db.query(`update incidents set state = 'closed' where id = $1`, [other]);
    expect((await merge(other)).status).toBe(409);
  });
});

describe('two drafts that are merged into each other at the same moment', () => {
  it.each([1, 2, 3, 4, 5])('become one, not none (try %i)', async () => {
    const other = idOf('inc', 'test', 9);
    await insertIncident(postgres.db, other);
    await postgres.db.query(`update incidents set state = 'draft'`);
    const merge = (from: string, into: string): Promise<{ status: number }> =>
      api.call('ann', `POST /v1/incidents/${from}/merge`, { into, reason: 'same host' });
    const answers = await Promise.all([merge(incidentId, other), merge(other, incidentId)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
  });
});

describe('stops, approvers and held effects over HTTP', () => {
  it('stop at once, and resume by those who answer for it', async () => {
    expect(
      (await api.call('ann', 'POST /v1/stop', { scope: 'all', reason: 'something is wrong' })).body,
    ).toMatchObject({ changed: true, stops: [{ scope: 'all' }] });
    expect(
      (await api.call('ann', 'POST /v1/resume', { scope: 'all', reason: 'fine' })).status,
    ).toBe(403);
    expect(
      (await api.call('dave', 'POST /v1/resume', { scope: 'all', reason: 'fine' })).body,
    ).toMatchObject({ stops: [] });
    expect(
      (await api.call('ann', 'POST /v1/stop', { scope: 'everything', reason: 'x' })).status,
    ).toBe(400);
  });

  it('nobody makes themselves an approver', async () => {
    const request = {
      id: 'frank',
      person: 'frank',
      groups: ['responders'],
      publicKeys: [people('frank').frank.key.publicKey],
      reason: 'joined',
    };
    expect(
      (await api.call('root', 'POST /v1/approvers', { ...request, person: 'Root' })).status,
    ).toBe(403);
    expect((await api.call('root', 'POST /v1/approvers', request)).status).toBe(201);
    expect((await api.call('carol', 'POST /v1/approvers', request)).status).toBe(403);
    expect(
      (await api.call('root', 'POST /v1/approvers/frank/revoke', { reason: 'left' })).body,
    ).toMatchObject({ revokedAt: expect.any(String) });
  });

  it('a person decides an effect that is held, once', async () => {
    await postgres.db.query(
      `insert into effects (key, tenant, incident_id, run_key, step, capability, connection, input_digest, state)
       values ('eff-1', 'acme', $1, 'run_1', 'notify', 'smtp.mail.send', 'mail', 'x', 'held')`,
      [incidentId],
    );
    expect((await api.call('ann', 'GET /v1/effects')).body).toMatchObject({
      effects: [{ key: 'eff-1', state: 'held' }],
    });
    expect(
      (
        await api.call('carol', 'POST /v1/effects/eff-1/settle', {
          outcome: 'done',
          reason: 'seen in the mailbox',
        })
      ).body,
    ).toMatchObject({ state: 'done' });
    expect(
      (
        await api.call('carol', 'POST /v1/effects/eff-1/settle', {
          outcome: 'failed',
          reason: 'again',
        })
      ).status,
    ).toBe(409);
    expect(await at.entries('effect.settled')).toHaveLength(1);
  });
});

describe('what people type', () => {
  it('leaves no secret and no address in any table, raw, base64 or URL-encoded', async () => {
    const gate = await at.open(orderHere());
    const typed = `because ${canary} of mia.canary@acme.example`;
    const told = [
      api.call('carol', `POST /v1/gates/${gate.id}/votes`, ballot(carol, gate, { reason: typed })),
      api.call(
        'dave',
        `POST /v1/gates/${gate.id}/votes`,
        ballot(dave, gate, { decision: 'reject', reason: typed }),
      ),
      api.call(
        'carol',
        `POST /v1/gates/${gate.id}/undo`,
        ballot(carol, gate, { decision: 'undo', reason: typed }),
      ),
      api.call('carol', 'POST /v1/reveal', {
        token: `<email:k1.${'a'.repeat(26)}>`,
        reason: typed,
      }),
      api.call('ann', 'POST /v1/incidents', {
        title: typed,
        description: typed,
        host: typed,
        user: typed,
      }),
      api.call('ann', `POST /v1/incidents/${incidentId}/ack`, { reason: typed }),
      api.call('ann', `POST /v1/incidents/${incidentId}/assign`, {
        assignee: 'ann',
        reason: typed,
      }),
      api.call('ann', `POST /v1/incidents/${incidentId}/notes`, { body: typed }),
      api.call('ann', 'POST /v1/stop', { scope: 'tickets', reason: typed }),
      api.call('dave', 'POST /v1/resume', { scope: 'tickets', reason: typed }),
      api.call('root', 'POST /v1/approvers/carol/revoke', { reason: typed }),
      api.call('ann', `POST /v1/incidents/${incidentId}/close`, {
        verdict: 'benign',
        reason: typed,
      }),
    ];
    for (const answer of await Promise.all(told)) expect(answer.status).toBeLessThan(500);
    const stored = `${await everyRow()}${JSON.stringify(api.filed)}`;
    for (const secret of [canary, 'mia.canary@acme.example']) {
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64').slice(0, 16),
        encodeURIComponent(secret),
      ])
        expect(stored).not.toContain(form);
    }
    expect(stored).toContain('because');
  });

  async function everyRow(): Promise<string> {
    const tables = await postgres.db.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public'`,
    );
    const rows = await Promise.all(
      tables.map(({ name }) => postgres.db.query(`select t::text as row from "${name}" t`)),
    );
    return JSON.stringify(rows);
  }
});
