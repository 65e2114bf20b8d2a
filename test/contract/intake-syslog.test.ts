import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { IntakeDeps } from '../../intake/accept.ts';
import { createFileMessages } from '../../intake/syslog/file-messages.ts';
import { knownSources } from '../../intake/accept.ts';
import { listenDatagrams } from '../../intake/syslog/listen-datagrams.ts';
import {
  listenStream,
  type Listening,
  type SyslogDoor,
} from '../../intake/syslog/listen-stream.ts';
import { allowedSenders } from '../../intake/syslog/senders.ts';
import { SallyportError } from '../../domain/errors.ts';
import type { SealedOriginal } from '../../domain/sealed-original.ts';
import type { SourceConfig } from '../../platform/source-config.ts';
import type { SyslogListen } from '../../platform/sender-proof.ts';
import { testCertificate, type TestCertificate } from '../support/certificate.ts';
import { testIntakeDeps } from '../support/intake.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

const source = (addresses: readonly string[]): SourceConfig => ({
  verify: { kind: 'syslog', listen: [], addresses, offsetMinutes: 0 },
});

let postgres: TestPostgres;
let certificate: TestCertificate;
let listening: Listening | null = null;
let refusals: string[];
beforeAll(async () => {
  postgres = await startTestPostgres();
  const nowMs = Date.now();
  certificate = testCertificate({
    commonName: 'localhost',
    from: new Date(nowMs - 86_400_000),
    to: new Date(nowMs + 86_400_000),
  });
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  refusals = [];
  await postgres.db.query(
    'truncate receipts, rejects, incidents, findings, audit_entries, vault cascade',
  );
});
afterEach(async () => {
  await listening?.close();
  listening = null;
});

interface Wish {
  readonly transport: SyslogListen['transport'];
  readonly addresses?: readonly string[];
  readonly deps?: IntakeDeps<SealedOriginal>;
  readonly tls?: NonNullable<SyslogListen['tls']>;
}

async function listen(wish: Wish): Promise<number> {
  const addresses = wish.addresses ?? ['127.0.0.1'];
  const deps = wish.deps ?? testIntakeDeps(postgres.db, { sources: { fw: source(addresses) } });
  const known = knownSources(deps).get('fw');
  if (known === undefined) throw new Error('the source is missing');
  const door: SyslogDoor = {
    mayConnect: allowedSenders(addresses),
    refused: (address, why) => refusals.push(`${address}: ${why}`),
    file: createFileMessages(deps, {
      known,
      offsetMinutes: 0,
      lost: (messages, why) => refusals.push(`lost ${messages}: ${why}`),
    }),
  };
  const wanted: SyslogListen = {
    transport: wish.transport,
    host: '127.0.0.1',
    port: 0,
    ...(wish.tls === undefined ? {} : { tls: wish.tls }),
  };
  listening = await (wish.transport === 'udp'
    ? listenDatagrams(wanted, door)
    : listenStream(wanted, door));
  return listening.port;
}

/** A limit on hanging, not on speed. */
const until = (holds: () => Promise<boolean>, what: string): Promise<void> =>
  vi.waitFor(async () => expect(await holds(), what).toBe(true), { timeout: 60_000, interval: 20 });

const titles = async (): Promise<readonly string[]> =>
  (
    await postgres.db.query<{ title: string }>(
      "select body->>'title' as title from findings order by body->>'title'",
    )
  ).map(({ title }) => title);
const filed = (count: number): Promise<void> =>
  until(async () => (await titles()).length >= count, `${count} findings`);

async function sendAndEnd(socket: Socket, text: string): Promise<void> {
  socket.end(text);
  await once(socket, 'close').catch(() => undefined);
}

const line = (host: string, text: string): string =>
  `<35>1 2026-11-20T10:00:00Z ${host} sshd 9 - - ${text}`;
const counted = (text: string): string => `${Buffer.byteLength(text)} ${text}`;

describe('syslog over TCP', () => {
  test('becomes findings, whether framed by length or by line ends', async () => {
    const port = await listen({ transport: 'tcp' });
    const text = `${counted(line('web-1', 'one'))}${line('web-2', 'two')}\n${counted(line('web-3', 'drei ä'))}`;
    await sendAndEnd(connect(port, '127.0.0.1'), text);
    await filed(3);
    expect(await titles()).toEqual(['drei ä', 'one', 'two']);
    const [row] = await postgres.db.query<{ body: { severityId: number; time: string } }>(
      "select body from findings where body->>'title' = 'one'",
    );
    expect(row?.body).toMatchObject({ severityId: 4, time: '2026-11-20T10:00:00Z' });
  });
  test('from another address is not let in', async () => {
    const port = await listen({ transport: 'tcp', addresses: ['192.0.2.0/24', '2001:db8::/32'] });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await sendAndEnd(socket, `${line('web-1', 'x')}\n`);
    await until(async () => refusals.length > 0, 'the refusal');
    expect(refusals).toEqual(['127.0.0.1: not an accepted address']);
    expect(await titles()).toEqual([]);
  });
  test('waits in its sender’s socket while nothing can be committed, and is then filed once', async () => {
    const deps = testIntakeDeps(postgres.db, { sources: { fw: source(['127.0.0.1']) } });
    let refuse = true;
    let asked = 0;
    const busy = new SallyportError('BACKLOG_FULL', 'full', { retryAfterMs: 10 });
    const inbox = {
      ...deps.inbox,
      admit: () => {
        asked += 1;
        return refuse ? busy : null;
      },
    };
    const port = await listen({ transport: 'tcp', deps: { ...deps, inbox } });
    const sent = sendAndEnd(connect(port, '127.0.0.1'), `${line('web-1', 'held')}\n`);
    await until(async () => asked > 2, 'tries');
    expect(await titles()).toEqual([]);
    refuse = false;
    await sent;
    await filed(1);
    expect([await titles(), refusals]).toEqual([['held'], []]);
  });
  test('keeps what was whole when a sender breaks off', async () => {
    const port = await listen({ transport: 'tcp' });
    const socket = connect(port, '127.0.0.1');
    socket.write(`${line('web-1', 'whole')}\n500 <35>1 - - - -`);
    await filed(1);
    socket.resetAndDestroy();
    expect(await titles()).toEqual(['whole']);
  });
  test('keeps the beginning of a message beyond the bound', async () => {
    const port = await listen({ transport: 'tcp' });
    await sendAndEnd(
      connect(port, '127.0.0.1'),
      `${line('web-1', 'x'.repeat(100_000))}\n${line('web-2', 'next')}\n`,
    );
    await filed(2);
    const [row] = await postgres.db.query<{ n: string }>(
      "select count(*) as n from findings where body->'unmapped'->>'truncated' = 'true' or body->'unmapped'->'truncated' = 'true'",
    );
    expect(Number(row?.n)).toBe(1);
  });
});

describe('syslog over TLS', () => {
  const tls = (): NonNullable<SyslogListen['tls']> => ({
    certificate: certificate.pem,
    key: certificate.keyPem,
  });

  test('is taken from whoever may send', async () => {
    const port = await listen({ transport: 'tls', tls: tls() });
    const socket = connectTls({ port, host: '127.0.0.1', ca: certificate.pem });
    await sendAndEnd(socket, counted(line('web-1', 'secret way')));
    await filed(1);
  });
  test('wants a certificate of the named authority where it asks for one', async () => {
    const port = await listen({ transport: 'tls', tls: { ...tls(), clients: certificate.pem } });
    const stranger = connectTls({ port, host: '127.0.0.1', ca: certificate.pem });
    stranger.on('error', () => undefined);
    await sendAndEnd(stranger, counted(line('web-1', 'stranger')));
    await until(async () => refusals.length > 0, 'the refusal');
    const known = connectTls({
      port,
      host: '127.0.0.1',
      ca: certificate.pem,
      cert: certificate.pem,
      key: certificate.keyPem,
    });
    await sendAndEnd(known, counted(line('web-1', 'known')));
    await filed(1);
    expect(await titles()).toEqual(['known']);
  });
});

describe('syslog over UDP', () => {
  test('is a message for each datagram', async () => {
    const port = await listen({ transport: 'udp' });
    const socket = createSocket('udp4');
    const send = (text: string): void => socket.send(text, port, '127.0.0.1');
    // Datagrams may be lost even here: each is sent until it is there, and counts once.
    await until(async () => {
      send(line('web-1', 'one'));
      send(line('web-2', 'CEF:0|V|P|1|7|Two|8|src=192.0.2.7'));
      return (await titles()).length >= 2;
    }, 'two findings');
    socket.close();
    expect(await titles()).toEqual(['Two', 'one']);
  });
  test('from another address is refused', async () => {
    const port = await listen({ transport: 'udp', addresses: ['192.0.2.7'] });
    const socket = createSocket('udp4');
    await until(async () => {
      socket.send('x', port, '127.0.0.1');
      return refusals.length > 0;
    }, 'a refusal');
    socket.close();
    expect(refusals[0]).toBe('127.0.0.1: not an accepted address');
  });
});

describe('addresses that may send', () => {
  test('are addresses and networks of both families', () => {
    const may = allowedSenders(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']);
    expect(
      [
        '10.9.8.7',
        '::ffff:10.1.1.1',
        '192.0.2.7',
        '2001:db8::1',
        '192.0.2.8',
        '11.0.0.1',
        'x',
        '',
      ].map(may),
    ).toEqual([true, true, true, true, false, false, false, false]);
  });
  test.each(['10.0.0.0/33', 'host', '10.0.0/8', ''])(
    '%s is refused when the engine starts',
    (entry) => {
      expect(() => allowedSenders([entry])).toThrow(/no address/);
    },
  );
});
