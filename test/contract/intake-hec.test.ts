import { gzipSync } from 'node:zlib';
import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, test } from 'vitest';
import type { SourceConfig } from '../../platform/source-config.ts';
import { falcoAlert } from '../support/intake.ts';
import { useIntakeDatabase } from '../support/intake-database.ts';

const sources: Readonly<Record<string, SourceConfig>> = {
  shipper: { verify: { kind: 'splunk-hec', secrets: ['11111111-1111'], ack: false } },
  acked: { verify: { kind: 'splunk-hec', secrets: ['22222222-2222'], ack: true } },
  other: { verify: { kind: 'bearer', secrets: ['33333333-3333'] } },
};
const splunk = (token: string): Record<string, string> => ({ authorization: `Splunk ${token}` });
const plain = splunk('11111111-1111');
const acked = { ...splunk('22222222-2222'), 'x-splunk-request-channel': 'c0ffee-1' };

const shared = useIntakeDatabase({ sources });

const post = (
  path: string,
  payload: string | Buffer,
  headers: Record<string, string> = plain,
): Promise<LightMyRequestResponse> =>
  shared.intake.app.inject({ method: 'POST', url: `/services/collector${path}`, payload, headers });
const findings = (): Promise<
  readonly { body: { title: string; format: string; kind: string } }[]
> => shared.postgres.db.query('select body from findings order by at, id');
const said = (answer: LightMyRequestResponse): readonly unknown[] => [
  answer.statusCode,
  answer.json(),
];
const success = [200, { text: 'Success', code: 0 }];
const event = (over: Record<string, unknown> = {}): string =>
  JSON.stringify({
    time: 1_763_632_800.123,
    host: 'web-7',
    sourcetype: 'falco',
    event: falcoAlert(over),
  });

describe('events of a shipper', () => {
  test.each(['', '/event', '/event/1.0'])(
    'sent to /services/collector%s are filed',
    async (path) => {
      expect(said(await post(path, event()))).toEqual(success);
      expect((await findings()).map(({ body }) => body.format)).toEqual(['falco']);
    },
  );
  test('may follow one another with nothing between, be a list, and be compressed', async () => {
    const batch = [1, 2, 3].map((at) => event({ time: `2026-11-20T10:00:0${at}Z` }));
    expect(said(await post('/event', batch.join('')))).toEqual(success);
    expect(await findings()).toHaveLength(3);
    const more = gzipSync(`[${event({ time: '2026-11-20T10:00:04Z' })}]`);
    expect(said(await post('/event', more, { ...plain, 'content-encoding': 'gzip' }))).toEqual(
      success,
    );
    expect(await findings()).toHaveLength(4);
  });
  test('that are text with JSON in it are read, other text is kept as a message', async () => {
    const text = JSON.stringify({ event: `falco: ${JSON.stringify(falcoAlert())}` });
    const words = JSON.stringify({ event: 'disk sda1 is full', host: 'db-1' });
    expect(said(await post('/event', text + words))).toEqual(success);
    const formats = (await findings()).map(({ body }) => body.format);
    expect(formats).toContain('falco');
    expect(formats).toHaveLength(2);
  });
  test('that come again count nothing', async () => {
    await post('/event', event());
    expect(said(await post('/event', event()))).toEqual(success);
    const [row] = await shared.postgres.db.query<{ count: number }>('select count from incidents');
    expect(Number(row?.count)).toBe(1);
  });
  test('as raw lines are an alert each', async () => {
    const lines = ['one is down', 'two is down'].join('\n');
    expect(said(await post('/raw?host=web-7&source=app', `${lines}\n`))).toEqual(success);
    expect(await findings()).toHaveLength(2);
  });
});

describe('what Splunk refuses', () => {
  test.each([
    ['no data', ' \n', { text: 'No data', code: 5 }, 0],
    [
      'no JSON',
      '{"event":',
      { text: 'Invalid data format', code: 6, 'invalid-event-number': 0 },
      1,
    ],
    [
      'no event',
      '{"event":"a b"}{"x":1}',
      { text: 'Event field is required', code: 12, 'invalid-event-number': 1 },
      2,
    ],
    [
      'a blank event',
      '{"event":""}',
      { text: 'Event field cannot be blank', code: 13, 'invalid-event-number': 0 },
      1,
    ],
  ])(
    '%s is answered as Splunk does, and filed all the same',
    async (_what, body, answer, filed) => {
      expect(said(await post('/event', body))).toEqual([400, answer]);
      expect(await findings()).toHaveLength(filed);
    },
  );
  test.each([
    ['no token', {}, '', [401, { text: 'Token is required', code: 2 }]],
    ['a wrong token', splunk('x'), '', [403, { text: 'Invalid token', code: 4 }]],
    [
      "another source's secret",
      splunk('33333333-3333'),
      '',
      [403, { text: 'Invalid token', code: 4 }],
    ],
    [
      'a token in the address',
      {},
      '?token=11111111-1111',
      [400, { text: 'Query string authorization is not enabled', code: 16 }],
    ],
  ])('%s files nothing', async (_what, headers, query, answer) => {
    expect(said(await post(`/event${query}`, event(), headers))).toEqual(answer);
    await shared.intake.rejects.drained();
    expect(await findings()).toHaveLength(0);
    expect(await shared.postgres.db.query('select reason from rejects')).toHaveLength(1);
  });
  test('a body beyond the bound is told so', async () => {
    const answer = await post('/event', 'x'.repeat(1_048_577));
    expect([answer.statusCode, answer.json<{ code: number }>().code]).toEqual([413, 27]);
  });
  test('a full queue is told so, with the time to wait', async () => {
    shared.replaceIntake({ sources, limits: { queueMax: 0 } });
    const answer = await post('/event', event());
    expect(said(answer)).toEqual([503, { text: 'Server is busy', code: 9 }]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    const health = await shared.intake.app.inject({ url: '/services/collector/health' });
    expect([health.statusCode, health.json<{ code: number }>().code]).toEqual([503, 18]);
  });
});

describe('the token', () => {
  test('may be the password of a user', async () => {
    const basic = Buffer.from('x:11111111-1111').toString('base64');
    expect(said(await post('/event', event(), { authorization: `Basic ${basic}` }))).toEqual(
      success,
    );
  });
  test('names the source', async () => {
    await post('/event', event());
    const [row] = await shared.postgres.db.query<{ source: string }>('select source from receipts');
    expect(row?.source).toBe('shipper');
  });
});

describe('acknowledgements', () => {
  const ask = (
    acks: readonly unknown[],
    headers: Record<string, string> = acked,
  ): ReturnType<typeof post> => post('/ack', JSON.stringify({ acks }), headers);

  test('are given after the commit, each once', async () => {
    expect((await post('/event', event(), acked)).json()).toEqual({
      text: 'Success',
      code: 0,
      ackId: 0,
    });
    expect(
      (await post('/event', event({ time: '2026-11-20T10:00:09Z' }), acked)).json(),
    ).toMatchObject({ ackId: 1 });
    expect((await ask([0, 1, 2])).json()).toEqual({ acks: { 0: true, 1: true, 2: false } });
    expect((await ask([0])).json()).toEqual({ acks: { 0: false } });
  });
  test('of one channel are not those of another', async () => {
    await post('/event', event(), acked);
    const other = await ask([0], { ...acked, 'x-splunk-request-channel': 'c0ffee-2' });
    expect(other.json()).toEqual({ acks: { 0: false } });
  });
  test('want a channel, and a token for which they are on', async () => {
    const bare = splunk('22222222-2222');
    expect((await post('/event', event(), bare)).json()).toMatchObject({ code: 10 });
    expect(
      (await post('/event', event(), { ...bare, 'x-splunk-request-channel': '../x' })).json(),
    ).toMatchObject({ code: 11 });
    expect((await ask([0], plain)).json()).toMatchObject({ code: 14 });
    expect((await ask(['x'])).json()).toMatchObject({ code: 6 });
  });
  test('are taken from the address as well', async () => {
    const answer = await post('/event?channel=c0ffee-3', event(), splunk('22222222-2222'));
    expect(answer.json()).toMatchObject({ ackId: 0 });
  });
});

describe('the health of the collector', () => {
  test('is asked without a token', async () => {
    const answer = await shared.intake.app.inject({ url: '/services/collector/health/1.0' });
    expect(said(answer)).toEqual([200, { text: 'HEC is healthy', code: 17 }]);
  });
});
