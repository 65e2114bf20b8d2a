import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchAlert } from '../../bench/alert.ts';
import type { CallContext } from '../../connectors/contract.ts';
import { capabilityNamed } from '../../connectors/registry.ts';
import { createVerifiers } from '../../intake/verify-sender.ts';
import { systemClock } from '../../platform/clock.ts';
import { loadConfig, readEnvironment, type Config } from '../../platform/config.ts';
import { createEgress } from '../../platform/http.ts';
import { aContext } from '../support/connector-world.ts';

const file = fileURLToPath(new URL('../../bench/config/elsewhere.yaml', import.meta.url));
const secret = 'a secret of the sender, long enough';
const egress = createEgress({ clock: systemClock });
const seen: { route: string; headers: IncomingMessage['headers']; body: unknown }[] = [];
const made = { sys_id: 'abc-1', link: 'https://desk.example.test/abc-1' };
let known = false;

/** A ticket system and a lookup in the shape that the file describes: nothing of ours. */
const desk = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString('utf8');
    const route = `${request.method} ${request.url}`;
    seen.push({ route, headers: request.headers, body: text === '' ? null : JSON.parse(text) });
    const result = route.startsWith('GET /cmdb')
      ? [{ impact: 'high', owned_by: { name: 'platform' } }]
      : route.startsWith('POST')
        ? made
        : known
          ? [made]
          : [];
    response.writeHead(route.startsWith('POST') ? 201 : 200, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify({ result }));
  });
});

let config: Config;
let ctx: CallContext;

beforeAll(async () => {
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an AddressInfo.
  const { port } = desk.address() as AddressInfo;
  config = await loadConfig({
    path: file,
    environment: readEnvironment({ SALLYPORT_DATA: join(tmpdir(), 'sallyport-elsewhere') }),
    variables: {
      BENCH_PORT: '8400',
      BENCH_SECRET: secret,
      BENCH_DESK_URL: `http://127.0.0.1:${port}`,
      BENCH_DESK_SECRET: 'desk-key',
      BENCH_FALCON_SECRET: 'id:secret',
    },
  });
  const connection = config.connections['desk'];
  if (connection === undefined) throw new TypeError('the file names no desk');
  ctx = aContext(connection, egress);
});
afterAll(async () => {
  await egress.close();
  await new Promise((resolve) => desk.close(resolve));
});

const call = (name: string, input: unknown): Promise<unknown> => {
  const capability = capabilityNamed(name);
  if (capability === null) throw new TypeError(`no capability ${name}`);
  return capability.call(capability.parseInput(input), ctx);
};

const ticket = {
  externalKey: 'key-1',
  title: 'Suspicious process',
  body: 'what happened',
  priority: 'high',
  team: 'operations',
  labels: ['sallyport'],
};

describe("the measured job against somebody else's servers, by configuration alone", () => {
  it('believes their sender by their header and encoding, and nobody else', async () => {
    const { body } = benchAlert({ index: 1, key: 1 });
    const source = config.sources['bench'];
    if (source === undefined) throw new TypeError('the file names no source');
    const verify = createVerifiers({
      clock: systemClock,
      fetchText: async () => {
        throw new TypeError('nothing is fetched');
      },
    })(source.verify);
    const asked = (digest: string): ReturnType<typeof verify> =>
      verify({
        headers: { 'x-hook-digest': digest },
        body: Buffer.from(body),
        nowMs: systemClock.nowMs(),
      });
    const digest = createHmac('sha256', secret).update(body).digest('base64');
    expect(await asked(digest)).toMatchObject({ ok: true });
    expect(await asked(digest.slice(1))).toMatchObject({ ok: false });
  });

  it('reads their lookup at their paths, with their headers and secret', async () => {
    const read = call('generic-http.record.read', { params: { name: 'host-7' } });
    expect(await read).toEqual({
      found: true,
      fields: { criticality: 'high', owner: 'platform' },
    });
    expect(seen.at(-1)).toMatchObject({
      route: 'GET /cmdb/v3/items?name=host-7',
      headers: { 'x-api-key': 'desk-key', 'x-workspace': 'soc' },
    });
  });

  it('makes their ticket under their names of fields', async () => {
    expect(await call('generic-http.ticket.ensure', ticket)).toEqual({
      ticketId: made.sys_id,
      url: made.link,
      created: true,
    });
    expect(seen.at(-1)).toMatchObject({
      route: 'POST /api/now/incidents',
      headers: { 'x-request-key': 'effect-key-1' },
      body: {
        correlation_id: 'key-1',
        short_description: 'Suspicious process',
        description: 'what happened',
        urgency: 'high',
        category: 'security',
      },
    });
  });

  it('finds at theirs what became of a ticket whose answer was lost', async () => {
    const ensure = capabilityNamed('generic-http.ticket.ensure');
    known = false;
    expect(await ensure?.settle(ticket, ctx)).toEqual({ kind: 'absent' });
    known = true;
    expect(await ensure?.settle(ticket, ctx)).toMatchObject({
      kind: 'done',
      output: { ticketId: made.sys_id },
    });
  });
});
