import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { knownSources } from '../../intake/accept.ts';
import { pullOnce } from '../../intake/pull/round.ts';
import { createEgress } from '../../platform/http.ts';
import { hideSecret } from '../../platform/secrets.ts';
import type { PullSource, SourceConfig } from '../../platform/source-config.ts';
import { falcoAlert, testIntake, testIntakeDeps } from '../support/intake.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

type Answer = { readonly status?: number; readonly body: unknown; readonly link?: string };

let postgres: TestPostgres;
let server: Server;
let asked: { url: URL; authorization: string }[];
let answer: (url: URL) => Answer;
beforeAll(async () => {
  postgres = await startTestPostgres();
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push({ url, authorization: request.headers.authorization ?? '' });
    const { status = 200, body, link } = answer(url);
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(link === undefined ? {} : { link }),
    });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await postgres.stop();
});
beforeEach(async () => {
  asked = [];
  await postgres.db.query(
    'truncate pull_cursors, receipts, incidents, findings, audit_entries, vault cascade',
  );
});

const nowMs = Date.parse('2026-11-20T12:00:00Z');
let timeMs = nowMs;

async function pullAs(over: Partial<PullSource>): Promise<number> {
  const common = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    secret: hideSecret('tok'),
    private: true,
    every: '1m',
    overlap: '10m',
    path: '/alerts',
  };
  const pages = {
    ...common,
    kind: 'pages',
    since: 'from',
    cursor: 'cursor',
    items: 'data.list',
    next: 'next',
  } as const;
  const pull = (
    over.kind === 'github-deliveries' ? { ...common, ...over } : { ...pages, ...over }
  ) as PullSource;
  const source: SourceConfig = { verify: { kind: 'pull' }, pull };
  const clock = { nowMs: () => timeMs };
  const egress = createEgress({ clock });
  const deps = {
    ...testIntakeDeps(postgres.db, { sources: { asked: source }, clock }),
    db: postgres.db,
    egress,
  };
  const known = knownSources(deps).get('asked');
  if (known === undefined) throw new Error('the source is missing');
  try {
    return await pullOnce(deps, known, new AbortController().signal);
  } finally {
    await egress.close();
  }
}

const count = async (table: string): Promise<number> =>
  Number((await postgres.db.query<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n);
const alert = (at: number): Record<string, unknown> => falcoAlert({ rule: `Rule ${at}` });
const twoPages = (url: URL): Answer =>
  url.searchParams.get('cursor') === 'p2'
    ? { body: { data: { list: [alert(2)] } } }
    : { body: { data: { list: [alert(0), alert(1)] }, next: 'p2' } };

describe('a source that is asked page by page', () => {
  test('is read to its end, with its token, from a while before the last reading', async () => {
    timeMs = nowMs;
    answer = twoPages;
    expect(await pullAs({})).toBe(3);
    timeMs = nowMs + 3_600_000;
    expect(await pullAs({})).toBe(3);
    expect([await count('findings'), await count('incidents'), await count('receipts')]).toEqual([
      3, 3, 3,
    ]);
    expect(asked.map(({ url }) => url.searchParams.get('from'))).toEqual([
      '2026-11-19T11:50:00.000Z',
      '2026-11-19T11:50:00.000Z',
      '2026-11-20T11:50:00.000Z',
      '2026-11-20T11:50:00.000Z',
    ]);
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer tok']),
    );
  });
  test('is read again from the same place when a page fails, and counts nothing twice', async () => {
    timeMs = nowMs;
    answer = (url) => (url.searchParams.has('cursor') ? { status: 500, body: {} } : twoPages(url));
    await expect(pullAs({})).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    expect([await count('findings'), await count('pull_cursors')]).toEqual([2, 0]);
    answer = twoPages;
    await pullAs({});
    expect([await count('findings'), await count('pull_cursors')]).toEqual([3, 1]);
  });
  test('ends where a cursor does not move, and says what is no page', async () => {
    answer = () => ({ body: { data: { list: [alert(0)] }, next: 'same' } });
    expect(await pullAs({})).toBe(2);
    answer = () => ({ body: { error: 'x' } });
    await expect(pullAs({})).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
    answer = () => ({ body: '<html>' });
    await expect(pullAs({})).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
  });
  test('may answer with a bare list', async () => {
    answer = () => ({ body: [alert(0), alert(1)] });
    expect(await pullAs({ kind: 'pages', items: '.' })).toBe(2);
  });
  test('takes nothing over HTTP', async () => {
    const intake = testIntake(postgres.db, { sources: { asked: { verify: { kind: 'pull' } } } });
    const sent = await intake.app.inject({
      method: 'POST',
      url: '/v1/alerts/asked',
      payload: '{}',
    });
    expect(sent.statusCode).toBe(401);
  });
});

describe('deliveries of GitHub', () => {
  const listed = (id: number, minutesAgo: number): object => ({
    id,
    guid: `guid-${id}`,
    delivered_at: new Date(nowMs - minutesAgo * 60_000).toISOString(),
  });
  const github = (url: URL): Answer => {
    const [, id] = /deliveries\/(\d+)$/.exec(url.pathname) ?? [];
    if (id !== undefined) return { body: { request: { headers: {}, payload: alert(Number(id)) } } };
    return url.searchParams.get('cursor') === 'v1_2'
      ? { body: [listed(3, 60), listed(4, 3 * 24 * 60)] }
      : {
          body: [listed(1, 5), listed(2, 10)],
          link: `<http://x/deliveries?per_page=100&cursor=v1_2>; rel="next"`,
        };
  };
  const pull = { kind: 'github-deliveries', path: '/repos/o/r/hooks/1' } as const;

  test('that have no receipt are fetched, as far back as needed, each once', async () => {
    timeMs = nowMs;
    answer = github;
    expect(await pullAs(pull)).toBe(3);
    expect(await count('findings')).toBe(3);
    asked = [];
    expect(await pullAs(pull)).toBe(0);
    expect(asked.filter(({ url }) => /deliveries\/\d/.test(url.pathname))).toEqual([]);
  });
});
