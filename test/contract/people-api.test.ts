import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idOf } from '../../domain/digest.ts';
import { verifyVote } from '../../platform/signature.ts';
import type { VotePayload } from '../../domain/vote.ts';
import { decideAndRecord } from '../../store/votes.ts';
import type { Gate } from '../../store/gates.ts';
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
const judgeIt = (voteId: string): ReturnType<typeof decideAndRecord> =>
  postgres.db.transaction((tx) =>
    decideAndRecord(tx, voteId, { verifySignature: verifyVote, clock: at.clock }),
  );

describe('the door of the people’s API', () => {
  it('answers strangers, wrong tokens and missing roles with problem documents, and records each', async () => {
    expect(await api.call(null, 'GET /v1/incidents')).toMatchObject({
      status: 401,
      type: expect.stringContaining('application/problem+json'),
      body: { code: 'CREDENTIAL_MISSING' },
    });
    expect(await api.call('nobody', 'GET /v1/incidents')).toMatchObject({
      status: 401,
      body: { code: 'CREDENTIAL_REFUSED' },
    });
    expect(await api.call('siem', 'GET /v1/incidents')).toMatchObject({
      status: 403,
      body: { code: 'ROLE_MISSING' },
    });
    expect(await api.call('audrey', 'POST /v1/stop', { scope: 'all', reason: 'x' })).toMatchObject({
      status: 403,
    });
    expect(await at.entries('access.refused')).toHaveLength(4);
  });

  it('lets strangers fill no ledger', async () => {
    for (let knock = 0; knock < 70; knock += 1) await api.call(null, 'GET /v1/incidents');
    expect(await at.entries('access.refused')).toHaveLength(60);
  });

  it('names the field that is wrong and never repeats its value', async () => {
    const answer = await api.call('ann', `POST /v1/incidents/${incidentId}/close`, {
      verdict: canary,
      reason: 'x',
      [canary]: 1,
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    expect(JSON.stringify(answer.body)).toContain('body.verdict');
    expect(JSON.stringify(answer.body)).not.toContain(canary);
  });

  it('lets an auditor read everything and change nothing', async () => {
    const { body } = await api.call(null, 'GET /v1/openapi.json');
    const paths = body['paths'] as Record<string, Record<string, { description: string }>>;
    const changing = Object.values(paths)
      .flatMap((methods) => Object.entries(methods))
      .filter(([method]) => method !== 'get');
    expect(changing.length).toBeGreaterThan(10);
    for (const [, operation] of changing) expect(operation.description).not.toContain('auditor');
  });
});

describe('a vote over HTTP', () => {
  it('is kept, brought to the run that waits, and answered with its verdict', async () => {
    const gate = await at.open(orderHere());
    api.deliver(async ({ voteId, workflowId }) => {
      expect(workflowId).toBe('respond/run_1');
      await judgeIt(voteId);
      return 'delivered';
    });
    expect(
      await api.call('carol', `POST /v1/gates/${gate.id}/votes`, ballot(carol, gate)),
    ).toMatchObject({ status: 200, body: { verdict: 'counted', gate: { state: 'open' } } });
    expect(
      await api.call('dave', `POST /v1/gates/${gate.id}/votes`, ballot(dave, gate)),
    ).toMatchObject({ status: 200, body: { gate: { state: 'approved' } } });
    expect(await postgres.db.query('select 1 from votes where delivered_at is null')).toEqual([]);
    expect((await api.call('ann', 'GET /v1/gates?state=approved')).body['gates']).toMatchObject([
      { gateId: gate.id, approvals: 2, result: { state: 'due' } },
    ]);
  });

  it('is answered with 202 where the run does not answer in time, and not lost', async () => {
    const gate = await at.open(orderHere());
    const impatient = peopleApi(postgres.db, at.clock, 20);
    impatient.deliver(() => new Promise(() => undefined));
    expect(
      await impatient.call('carol', `POST /v1/gates/${gate.id}/votes`, ballot(carol, gate)),
    ).toMatchObject({ status: 202, body: { verdict: 'pending' } });
    expect(await postgres.db.query('select 1 from votes where delivered_at is null')).toHaveLength(
      1,
    );
  });

  it('that is refused is a problem that names the rule', async () => {
    const gate = await at.open(orderHere());
    expect(
      await api.call('alice', `POST /v1/gates/${gate.id}/votes`, ballot(alice, gate)),
    ).toMatchObject({
      status: 403,
      body: { code: 'VOTE_REFUSED', detail: expect.stringContaining('requester') },
    });
    expect(await at.entries('vote.refused')).toHaveLength(1);
  });

  it('that somebody else hands in is refused', async () => {
    const gate = await at.open(orderHere());
    expect(
      await api.call('dave', `POST /v1/gates/${gate.id}/votes`, ballot(carol, gate)),
    ).toMatchObject({ status: 403, body: { detail: expect.stringContaining('wrong-person') } });
  });

  it('whose reason is not the one that was signed is refused and recorded', async () => {
    const gate = await at.open(orderHere());
    const vote = { ...ballot(carol, gate), reason: 'something else' };
    expect(await api.call('carol', `POST /v1/gates/${gate.id}/votes`, vote)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('reason-mismatch') },
    });
    expect(await at.entries('vote.refused')).toMatchObject([
      { data: { why: 'reason-mismatch', person: 'carol' } },
    ]);
  });

  it('keeps its signature although its reason is redacted', async () => {
    const gate = await at.open(orderHere());
    await api.call(
      'carol',
      `POST /v1/gates/${gate.id}/votes`,
      ballot(carol, gate, { reason: `asked mia@acme.example, key ${canary}` }),
    );
    const [entry] = await at.entries('vote.cast');
    const data = entry?.data as {
      payload: VotePayload;
      signature: string;
      publicKey: string;
      reason: string;
    };
    expect(verifyVote(data, data.publicKey)).toBe(true);
    expect(data.reason).not.toMatch(/mia@acme|AKIA/);
  });

  it('needs the role of an approver', async () => {
    const gate = await at.open(orderHere());
    expect(
      await api.call('ann', `POST /v1/gates/${gate.id}/votes`, ballot(carol, gate)),
    ).toMatchObject({ status: 403, body: { code: 'ROLE_MISSING' } });
  });
});

describe('a gate over HTTP', () => {
  async function withToken(): Promise<Gate> {
    const { text, sealed } = api.deps.redactor.redactText('mia@acme.example');
    for (const item of sealed) {
      await postgres.db.query(
        'insert into vault (token, tenant, kind, key_id, sealed) values ($1, $2, $3, $4, $5)',
        [item.token, 'acme', item.kind, item.keyId, Buffer.from(item.sealed)],
      );
    }
    return at.open(
      anOrder({ incidentId, target: { kind: 'user', id: text }, parameters: { user: text } }),
    );
  }

  it('shows the exact order and its digest to every reader, with tokens', async () => {
    const gate = await withToken();
    const { body } = await api.call('audrey', `GET /v1/gates/${gate.id}?reveal=yes`);
    expect(body).toMatchObject({
      orderDigest: gate.orderDigest,
      order: JSON.parse(JSON.stringify(gate.order)) as object,
      revealed: null,
      eligible: false,
      mayVote: ['carol', 'dave'],
    });
    expect(JSON.stringify(body)).not.toContain('mia@acme');
  });

  it('shows what tokens stand for to eligible approvers who ask, and writes each down', async () => {
    const gate = await withToken();
    const token = gate.order.target.id;
    expect(
      (await api.call('carol', `GET /v1/gates/${gate.id}?reveal=yes`)).body['revealed'],
    ).toEqual({ [token]: 'mia@acme.example' });
    expect((await api.call('carol', `GET /v1/gates/${gate.id}`)).body['revealed']).toBeNull();
    expect(
      (await api.call('alice', `GET /v1/gates/${gate.id}?reveal=yes`)).body['revealed'],
    ).toBeNull();
    expect(await at.entries('token.revealed')).toMatchObject([
      { outcome: 'done', data: { gateId: gate.id, kind: 'email' } },
    ]);
  });

  it('a token is revealed with a reason to registered approvers only', async () => {
    const token = (await withToken()).order.target.id;
    expect(
      await api.call('dave', 'POST /v1/reveal', { token, reason: 'call the user' }),
    ).toMatchObject({ status: 200, body: { original: 'mia@acme.example' } });
    expect(await api.call('audrey', 'POST /v1/reveal', { token, reason: 'curious' })).toMatchObject(
      { status: 403 },
    );
    expect(await at.entries('token.revealed')).toHaveLength(1);
  });

  it('is void once its incident is closed, and its run is told', async () => {
    const gate = await at.open(orderHere());
    await postgres.db.query(
      `insert into runs (key, tenant, incident_id, ordinal, playbook, version, plan_digest, policy_digest, requester, purpose, status, host, workflow_id, state)
       values ('run_1', 'acme', $1, 1, 'host-malware', 1, 'p', 'q', 'alice', 'request', 'waiting', 'respond', 'respond/run_1', '{}')`,
      [incidentId],
    );
    expect(
      await api.call('ann', `POST /v1/incidents/${incidentId}/close`, {
        verdict: 'benign',
        reason: 'a drill',
      }),
    ).toMatchObject({ status: 200, body: { state: 'closed', verdict: 'benign' } });
    expect((await api.call('ann', `GET /v1/gates/${gate.id}`)).body['state']).toBe('void');
    expect(api.cancelled).toMatchObject([{ workflowId: 'respond/run_1' }]);
  });
});
