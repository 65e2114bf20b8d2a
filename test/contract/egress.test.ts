import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import {
  createEgress,
  type Egress,
  type EgressClient,
  type EgressLimits,
} from '../../platform/http.ts';

let server: Server | null = null;
let egress: Egress | null = null;
afterEach(async () => {
  await egress?.close();
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function clientOf(
  listener: RequestListener,
  limits: Partial<EgressLimits> = {},
): Promise<EgressClient> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  egress = createEgress({
    clock: systemClock,
    limits: { totalTimeoutMs: 500, responseBytesMax: 10_000, ...limits },
  });
  return egress.clientFor({
    name: 'test',
    address: `http://127.0.0.1:${port}/base/`,
    egress: { hosts: [], private: true },
  });
}

const read = { method: 'GET', path: '/', effect: 'read' } as const;
const write = { method: 'POST', path: '/', effect: 'write' } as const;

describe('an answer', () => {
  it('comes from below the path of the address, with query and body as given', async () => {
    const client = await clientOf((request, response) => {
      request.on('data', (chunk: Buffer) =>
        response.end(
          JSON.stringify({
            url: request.url,
            body: chunk.toString(),
            type: request.headers['content-type'],
          }),
        ),
      );
    });
    const response = await client.request({
      ...write,
      path: '/a%2Fb',
      query: { q: 'x y&z' },
      body: { kind: 'form', fields: { f: '&' } },
    });
    expect(response.json()).toEqual({
      url: '/base/a%2Fb?q=x+y%26z',
      body: 'f=%26',
      type: 'application/x-www-form-urlencoded',
    });
  });

  it.each([
    ['that is too large', (size: number) => Buffer.alloc(size, 'x'), {}],
    [
      'that unpacks to too much',
      (size: number) => gzipSync(Buffer.alloc(size * 100, 'x')),
      { 'content-encoding': 'gzip' },
    ],
    ['that is packed twice', () => gzipSync('x'), { 'content-encoding': 'gzip, gzip' }],
    ['that is packed wrongly', () => Buffer.from('no gzip'), { 'content-encoding': 'gzip' }],
  ] as const)('%s is refused', async (_, bodyOf, headers) => {
    const client = await clientOf((_request, response) => {
      response.writeHead(200, headers).end(bodyOf(20_000));
    });
    await expect(client.request(read)).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
    await expect(client.request(write)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
  });

  it('in gzip within its bound is unpacked', async () => {
    const client = await clientOf((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'));
    });
    expect((await client.request(read)).json()).toEqual({ a: 1 });
  });

  it.each([
    ['nested too deep', '['.repeat(100) + ']'.repeat(100)],
    ['not JSON', '{'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('that is %s is no JSON to us', async (_, body) => {
    const client = await clientOf((_request, response) => {
      response.end(body);
    });
    const response = await client.request(read);
    expect(() => response.json()).toThrowError(
      expect.objectContaining({ code: 'RESPONSE_INVALID' }),
    );
    const written = await client.request(write);
    expect(() => written.json()).toThrowError(expect.objectContaining({ code: 'EFFECT_UNKNOWN' }));
  });

  it.each([
    [401, 'VENDOR_DENIED', 'VENDOR_DENIED'],
    [404, 'TARGET_ABSENT', 'TARGET_ABSENT'],
    [409, 'CONFLICT', 'CONFLICT'],
    [422, 'INPUT_INVALID', 'INPUT_INVALID'],
    [429, 'VENDOR_THROTTLED', 'VENDOR_THROTTLED'],
    [408, 'VENDOR_UNAVAILABLE', 'EFFECT_UNKNOWN'],
    [500, 'VENDOR_UNAVAILABLE', 'EFFECT_UNKNOWN'],
  ])('of %i is %s to a read and %s to a write', async (status, asRead, asWrite) => {
    const client = await clientOf((_request, response) => {
      response.writeHead(status).end();
    });
    await expect(client.request(read)).rejects.toMatchObject({ code: asRead });
    await expect(client.request(write)).rejects.toMatchObject({ code: asWrite });
    await expect(client.request({ ...write, answers: [status] })).resolves.toMatchObject({
      status,
    });
  });

  it('that trickles forever is given up on', async () => {
    let timer: NodeJS.Timeout | undefined;
    const client = await clientOf((_request, response) => {
      response.writeHead(200);
      timer = setInterval(() => response.write('x'), 10);
    });
    await expect(client.request(read)).rejects.toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
      message: 'no answer in time',
    });
    clearInterval(timer);
  });
});

describe('a request', () => {
  it.each(['//evil.example/', 'x', '/a b', '/a\r\nHost: x', '/a\\b', '/a#b', '/\u00e9'])(
    'for the path %j is refused unsent',
    async (path) => {
      let seen = 0;
      const client = await clientOf((_request, response) => {
        seen += 1;
        response.end('{}');
      });
      await expect(client.request({ ...read, path })).rejects.toMatchObject({
        code: 'INPUT_INVALID',
      });
      expect(seen).toBe(0);
    },
  );

  it('that nobody listens to was certainly not sent', async () => {
    const client = await clientOf(() => undefined);
    server?.close();
    await expect(client.request(write)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
  });

  it('that still waits for a free socket when its time is up was certainly not sent', async () => {
    const seen: string[] = [];
    const answerNothing: RequestListener = ({ url = '' }) => {
      seen.push(url);
      // Nor is there a second socket, should the first be given up a moment before the time of the other is up.
      server?.close();
    };
    const client = await clientOf(answerNothing, { socketsMax: 1, totalTimeoutMs: 100 });
    const first = client
      .request({ ...write, path: '/first' })
      .catch((error: { code: string }) => error.code);
    const second = client
      .request({ ...write, path: '/second' })
      .catch((error: { code: string }) => error.code);
    expect(await Promise.all([first, second])).toEqual(['EFFECT_UNKNOWN', 'VENDOR_UNAVAILABLE']);
    expect(seen).toEqual(['/base/first']);
  });

  it('that its caller cancels before it is sent never goes out', async () => {
    let seen = 0;
    const client = await clientOf(() => void (seen += 1));
    await expect(client.request({ ...write, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'VENDOR_UNAVAILABLE',
    });
    expect(seen).toBe(0);
  });
});

describe('a connection that fails again and again', () => {
  it('rests, and says so without asking the product', async () => {
    let seen = 0;
    const client = await clientOf(
      (_request, response) => {
        seen += 1;
        response.writeHead(500).end();
      },
      { breakerFailuresMax: 3 },
    );
    for (let turn = 0; turn < 3; turn += 1)
      await expect(client.request(read)).rejects.toMatchObject({ code: 'VENDOR_UNAVAILABLE' });
    await expect(client.request(write)).rejects.toMatchObject({ code: 'BREAKER_OPEN' });
    expect(seen).toBe(3);
  });
});
