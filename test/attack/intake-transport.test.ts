import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SallyportError } from '../../domain/errors.ts';
import { intakeRoutes } from '../../intake/routes.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createLogger } from '../../platform/logger.ts';
import { startHttp, type HttpServer } from '../../server/http.ts';
import { testIntakeDeps, testToken } from '../support/intake.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const corpus = new URL('../../../shared/hostile/json-bombs.jsonl', import.meta.url);
const isHere = existsSync(corpus);

interface Case {
  readonly id: string;
  readonly cat: string;
  readonly gen: Readonly<Record<string, string | number>>;
  readonly expect: string;
}

const cases = (...cats: readonly string[]): readonly Case[] =>
  (isHere ? readFileSync(corpus, 'utf8').split('\n') : [])
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case)
    .filter((item) => cats.includes(item.cat));

let postgres: TestPostgres;
let server: HttpServer;

beforeAll(async () => {
  postgres = await startTestPostgres();
  server = await serverOf(testIntakeDeps(postgres.db));
}, 60_000);

function serverOf(deps: ReturnType<typeof testIntakeDeps>): Promise<HttpServer> {
  const logger = createLogger({ level: 'error', file: null, process: 'test', redactText: String });
  return startHttp({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [intakeRoutes(deps)],
    tokens: [],
    components: () => [],
    metrics: createMetrics(),
    logger,
    redactText: (text) => text,
    requestTimeoutMs: 1_000,
  });
}

afterAll(async () => {
  await server.close();
  await postgres.stop();
});

const alert = '{"title":"Größe \u{1f600} {~+}","severity":"high"}';

/** What a client sees that writes these bytes and then waits: everything until the server closes. */
function rawExchange(head: readonly string[], body = '', at = server): Promise<string> {
  const { port, hostname } = new URL(at.url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`),
    );
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

const post = (
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  fetch(`${server.url}/v1/alerts/test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${testToken}`, ...headers },
    body: Buffer.from(body),
  });

async function kindsOf(answer: Response): Promise<readonly string[]> {
  const { findings } = (await answer.json()) as { findings: readonly { kind: string }[] };
  return findings.map((finding) => finding.kind);
}

function rawRequest(kind: unknown): Promise<string> {
  const head = ['POST /v1/alerts/test HTTP/1.1', 'Host: x', `Authorization: Bearer ${testToken}`];
  switch (kind) {
    case 'content-length-too-big':
      return rawExchange([...head, 'Content-Length: 1000000000000'], '{"title":');
    case 'two-content-length':
      return rawExchange([...head, 'Content-Length: 2', 'Content-Length: 30'], '{}');
    case 'expect-100-never-sends':
      return rawExchange([...head, 'Expect: 100-continue', 'Content-Length: 20']);
    default:
      throw new Error(`no generator for ${String(kind)}`);
  }
}

describe.skipIf(!isHere)('transport attacks (needs ../shared/hostile)', () => {
  test.each(cases('transport'))(
    '$id ($gen.kind) is answered with a refusal and closed',
    async (item) => {
      expect(await rawRequest(item.gen['kind'])).toMatch(/HTTP\/1\.1 4\d\d /);
    },
  );
});

const others: readonly (readonly [string, readonly string[], string, RegExp])[] = [
  [
    'a length and chunks at once',
    ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    '0\r\n\r\n',
    /^HTTP\/1\.1 400 /,
  ],
  ['a negative length', ['Content-Length: -1'], '', /^HTTP\/1\.1 400 /],
  [
    'a chunk of a size that is no number',
    ['Transfer-Encoding: chunked'],
    'zz\r\n{}\r\n',
    /^HTTP\/1\.1 400 /,
  ],
  ['chunks that never end', ['Transfer-Encoding: chunked'], '2\r\n{}\r\n', /^HTTP\/1\.1 408 /],
  ['a body shorter than its length', ['Content-Length: 400'], '{"title":', /^HTTP\/1\.1 408 /],
  ['headers of 20 kB', [`X-Long: ${'a'.repeat(20_000)}`], '', /^HTTP\/1\.1 431 /],
];

describe('the HTTP root', () => {
  test.each(others)('refuses %s and closes', async (_name, headers, body, status) => {
    const head = ['POST /v1/alerts/test HTTP/1.1', 'Host: x', `Authorization: Bearer ${testToken}`];
    expect(await rawExchange([...head, ...headers], body)).toMatch(status);
  });
});

/** EBCDIC (code page 037) of what these bodies need; other letters do not matter for the point. */
const ebcdicOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => 0xc0 + ((letter.codePointAt(0) ?? 0) % 0x3a));

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

function encoded(encoding: unknown): Uint8Array {
  switch (encoding) {
    case 'utf-8-bom':
      return Buffer.from(`\ufeff${alert}`);
    case 'utf-7':
      return Buffer.from(alert.replaceAll('{', '+AHs-').replaceAll('"', '+ACI-'), 'ascii');
    case 'ebcdic':
      return ebcdicOf(alert);
    default:
      throw new Error(`no encoding ${String(encoding)}`);
  }
}

describe.skipIf(!isHere)('charsets (needs ../shared/hostile)', () => {
  test.each(cases('charset'))(
    '$id ($gen.encoding) is read or filed as unreadable',
    async (item) => {
      const answer = await post(encoded(item.gen['encoding']));
      expect(answer.status).toBe(202);
      const [kind] = await kindsOf(answer);
      expect(kind === 'unparsed').toBe(item.gen['encoding'] !== 'utf-8-bom');
    },
  );
});

describe('a body in UTF-16', () => {
  test.each(['le', 'be'] as const)('with a byte order mark (%s) is read', async (order) => {
    const answer = await post(utf16(`\ufeff${alert.replace('high', order)}`, order));
    expect(await kindsOf(answer)).not.toContain('unparsed');
  });
  test('without a byte order mark is filed as unreadable', async () => {
    expect(await kindsOf(await post(utf16(alert, 'le')))).toEqual(['unparsed']);
  });
  test('that is broken is filed as unreadable', async () => {
    const body = Buffer.concat([utf16(`\ufeff${alert}`, 'le'), Buffer.from([0])]);
    expect(await kindsOf(await post(body))).toEqual(['unparsed']);
  });
});

describe.skipIf(!isHere)('content types (needs ../shared/hostile)', () => {
  test.each(cases('content-type'))(
    '$gen.value changes nothing about how a body is read',
    async (item) => {
      const type = String(item.gen['value']);
      const answer = await post(Buffer.from(alert), { 'content-type': type });
      expect(answer.status).toBe(202);
      expect(await kindsOf(answer)).not.toContain('unparsed');
      const broken = await post(Buffer.from(`{"title":"${type}`), { 'content-type': type });
      expect(await kindsOf(broken)).toEqual(['unparsed']);
      const stranger = await post(Buffer.from(alert), {
        'content-type': type,
        authorization: 'Bearer x',
      });
      expect(stranger.status).toBe(401);
    },
  );
});

function compressed(item: Case): readonly [Uint8Array, string] {
  const { kind, bytes, list } = item.gen;
  const zeros = Buffer.alloc(Math.min(Number(bytes ?? 0), 64 * 1024 * 1024));
  switch (kind) {
    case 'gzip-zeros':
      return [gzipSync(zeros), 'gzip'];
    case 'zstd-zeros':
      return [zstdCompressSync(zeros), 'zstd'];
    case 'content-encoding-chain':
      return [gzipSync(alert), String(list)];
    case 'gzip-truncated':
      return [gzipSync(alert).subarray(0, -9), 'gzip'];
    case 'gzip-trailing-garbage':
      return [Buffer.concat([gzipSync(alert), Buffer.from('garbage'.repeat(100))]), 'gzip'];
    default:
      throw new Error(`no generator for ${String(kind)}`);
  }
}

describe.skipIf(!isHere)('compressed bodies (needs ../shared/hostile)', () => {
  test.each(cases('compression'))('$id ($gen.kind) stop at the bound', async (item) => {
    const [body, coding] = compressed(item);
    const answer = await post(body, { 'content-encoding': coding });
    if (item.gen['kind'] === 'zstd-zeros' || item.gen['kind'] === 'content-encoding-chain')
      expect(answer.status).toBe(415);
    else expect(await kindsOf(answer)).toEqual(['unparsed']);
  });

  test.each(cases('string'))(
    '$id ($gen.bytes bytes) are refused before they are parsed',
    async (item) => {
      const head = [
        'POST /v1/alerts/test HTTP/1.1',
        'Host: x',
        `Authorization: Bearer ${testToken}`,
      ];
      const answer = await rawExchange(
        [...head, `Content-Length: ${String(item.gen['bytes'])}`],
        '{"title":"',
      );
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    },
  );
});

describe('a sender that would be refused', () => {
  test('is told so before it has sent its body, and is not waited for', async () => {
    const deps = testIntakeDeps(postgres.db);
    const full = new SallyportError('BACKLOG_FULL', 'too much waits', { retryAfterMs: 2_000 });
    const busy = await serverOf({ ...deps, receiver: { ...deps.receiver, refusal: () => full } });
    const head = ['POST /v1/alerts/test HTTP/1.1', 'Host: x', 'Content-Length: 1000000'];
    const answer = await rawExchange(head, '{"title":', busy);
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/^retry-after: 2\r$/im);
    await busy.close();
  });
});
