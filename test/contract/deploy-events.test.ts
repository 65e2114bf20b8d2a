import fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemFor } from '../../api/problem.ts';
import { deployRoutes } from '../../intake/deploy-routes.ts';
import type { SealedOriginal } from '../../domain/sealed-original.ts';
import { receiveInTurns } from '../../intake/receive-in-turns.ts';
import { noPace } from '../../intake/storm-pace.ts';
import { createRejects, type Rejects } from '../../intake/rejects.ts';
import { systemClock } from '../../platform/clock.ts';
import { keepOriginals } from '../../store/vault.ts';
import { shippedCorrelate } from '../support/correlate.ts';
import { testInbox, testRedactor, testTenant } from '../support/intake.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const verify = { kind: 'bearer', secrets: ['the-token-of-the-forge'] } as const;
let pg: TestPostgres;
const app = fastify();

let rejects: Rejects;
beforeAll(async () => {
  pg = await startTestPostgres();
  rejects = createRejects({
    db: pg.db,
    tenant: testTenant,
    clock: systemClock,
    redactText: (text) => testRedactor.redactText(text).text,
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status, body } = problemFor(error);
    return reply.code(status).send(body);
  });
  app.register(async (scope) =>
    deployRoutes({
      tenant: testTenant,
      redactor: testRedactor,
      redactorOf: (source) => ({
        session: () =>
          testRedactor.session(
            source === 'strict-forge' ? { name: 'strict', kinds: { email: 'mask' } } : undefined,
          ),
      }),
      correlate: shippedCorrelate,
      receiver: receiveInTurns<SealedOriginal>(
        () => Promise.reject(new Error('a deploy is no alert')),
        () => 0,
        noPace,
      ),
      sources: { forge: { verify }, 'strict-forge': { verify } },
      inbox: testInbox(pg.db),
      rejects,
      clock: systemClock,
      fetchText: () => Promise.reject(new Error('nothing to fetch')),
      db: pg.db,
      keepOriginals,
    })(scope),
  );
}, 60_000);
afterAll(async () => {
  await app.close();
  await pg.stop();
});
beforeEach(async () => {
  // What the test before was refused for is written after its answer.
  await rejects.drained();
  await pg.db.query('truncate deploys, rejects, audit_entries, vault cascade');
});

const post = async (
  body: string,
  { token = 'the-token-of-the-forge', source = 'forge' } = {},
): Promise<[number, unknown]> => {
  const answer = await app.inject({
    method: 'POST',
    url: `/v1/deploys/${source}`,
    headers: { authorization: `Bearer ${token}` },
    payload: body,
  });
  return [answer.statusCode, answer.json<{ deploys?: unknown }>().deploys];
};
const event = JSON.stringify({
  deployment: {
    id: 42,
    sha: 'abc123',
    environment: 'production',
    creator: { login: 'dana@corp.example' },
  },
  deployment_status: { state: 'success' },
  repository: { name: 'cart' },
});

describe('the deploys of a product', () => {
  it('are kept redacted, with an entry', async () => {
    const [status, deploys] = await post(event);
    expect([status, (deploys as unknown[]).length]).toEqual([202, 1]);
    const [row] = await pg.db.query<{ service: string; actor: string }>('select * from deploys');
    expect(row).toMatchObject({ service: 'cart', version: 'abc123', source: 'forge' });
    expect(row?.actor).toMatch(/^<email:/);
    expect(
      await pg.db.query("select 1 from audit_entries where type = 'deploy.seen'"),
    ).toHaveLength(1);
  });

  it('are redacted by the policy of their source', async () => {
    await post(event, { source: 'strict-forge' });
    const [row] = await pg.db.query<{ actor: string }>('select actor from deploys');
    expect(row?.actor).toBe('[redacted:email]');
  });

  it('are not taken from strangers', async () => {
    expect((await post(event, { token: 'another-token-altogether' }))[0]).toBe(401);
    expect(await pg.db.query('select 1 from deploys')).toEqual([]);
  });

  it.each(['{"zen":"Keep it simple"}', 'not json', '[]', ''])(
    'are none in %j, which is accepted and kept as a rejection',
    async (body) => {
      expect(await post(body)).toEqual([202, []]);
      await expect
        .poll(() => pg.db.query('select reason from rejects'), { timeout: 20_000 })
        .toEqual([{ reason: 'REQUEST_INVALID' }]);
    },
  );
});
