import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { connectionsMaxOf } from '../../server/connections-max.ts';
import { startHttp } from '../../server/http.ts';
import type { HttpServer } from '../../server/http.ts';

const connectionsMax = 3;

let server: HttpServer;
beforeEach(async () => {
  server = await startHttp({
    listen: { host: '127.0.0.1', port: 0 },
    routes: [],
    tokens: [],
    components: () => [],
    metrics: createMetrics(),
    redactText: (text) => text,
    logger: createLogger({
      level: 'error',
      file: null,
      process: 'test',
      redactText: (text) => text,
    }),
    connectionsMax,
  });
});
afterEach(() => server.close());

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const closed = (socket: Socket): Promise<unknown> =>
  socket.resume().closed ? Promise.resolve() : once(socket, 'close');

describe('whoever holds connections open', () => {
  it('gets no more than the process can afford, and the next one is served when they are gone', async () => {
    const held: Socket[] = [];
    for (let index = 0; index < connectionsMax; index += 1) held.push(await open());
    await closed(await open());
    for (const socket of held) socket.destroy();
    const isAlive = async (): Promise<number | null> =>
      (await fetch(`${server.url}/healthz`).catch(() => null))?.status ?? null;
    await expect.poll(isAlive, { timeout: 30_000 }).toBe(200);
  });
});

describe('how many connections a process can afford', () => {
  it.each([
    ['Max open files            320                  320                  files', 106],
    ['Max open files            1048576              1048576              files', 2_048],
    ['Max open files            20                   20                   files', 16],
    ['Max open files            unlimited            unlimited            files', 2_048],
    ['', 2_048],
  ])('with "%s" is %i', (limits, wanted) => expect(connectionsMaxOf(limits)).toBe(wanted));
});
