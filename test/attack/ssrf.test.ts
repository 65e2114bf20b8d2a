import { channel } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { mayReach } from '../../platform/egress-address.ts';
import { checkedAddresses } from '../../platform/egress-connect.ts';
import { checkedAddress } from '../../platform/egress-target.ts';
import { createEgress, type Egress } from '../../platform/http.ts';
import { fromBase64, hostileCorpus, hostileRecords } from '../support/hostile.ts';

interface UrlCase {
  readonly cat: string;
  readonly p64: string;
  readonly expect: string;
  readonly dns?: Readonly<Record<string, readonly string[]>>;
  readonly dnsSeq?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly redirects?: readonly string[];
}

const cases = hostileRecords<UrlCase>('ssrf-urls');
const ofKind = (...kinds: readonly string[]): readonly (UrlCase & { id: string })[] =>
  cases.filter((one) => kinds.includes(one.expect) && one.redirects === undefined);

/** What an inside resolver would say to names that have no place in a configuration. */
const inside: Readonly<Record<string, string>> = {
  localhost: '127.0.0.1',
  'localhost.': '127.0.0.1',
  metadata: '169.254.169.254',
  'metadata.google.internal': '169.254.169.254',
};
const resolveWith =
  (dns: UrlCase['dns']) =>
  async (name: string): Promise<readonly string[]> =>
    dns?.[name] ?? [inside[name] ?? '10.0.0.7'];

let sockets = 0;
const countSocket = (): void => void (sockets += 1);
let egress: Egress | null = null;

beforeEach(() => {
  sockets = 0;
  channel('net.client.socket').subscribe(countSocket);
});
afterEach(async () => {
  channel('net.client.socket').unsubscribe(countSocket);
  await egress?.close();
  egress = null;
});

async function codeOf(address: string, dns?: UrlCase['dns']): Promise<string> {
  egress = createEgress({ clock: systemClock, resolve: resolveWith(dns) });
  const target = { name: 'attacked', address, egress: { hosts: [], private: false } };
  return egress
    .clientFor(target)
    .request({ method: 'GET', path: '/', effect: 'read' })
    .then(
      () => 'answered',
      (error: { code?: string }) => String(error.code),
    );
}

describe.skipIf(!hostileCorpus)('addresses of the hostile corpus', () => {
  it('has cases of every kind', () => {
    expect(new Set(cases.map((one) => one.expect)).size).toBe(5);
  });

  for (const one of ofKind('block', 'block-or-invalid', 'no-private-contact')) {
    const url = fromBase64(one.p64);
    it(`${one.id} (${one.cat}) is refused without a socket, and so is its https form`, async () => {
      expect(await codeOf(url, one.dns)).toBe('EGRESS_BLOCKED');
      await egress?.close();
      expect(await codeOf(url.replace(/^https?:/i, 'https:'), one.dns)).toBe('EGRESS_BLOCKED');
      expect(sockets).toBe(0);
    });
  }

  for (const one of ofKind('allow')) {
    it(`${one.id} (${one.cat}) may be reached`, async () => {
      const url = checkedAddress({
        name: 'fine',
        address: fromBase64(one.p64),
        egress: { hosts: [], private: false },
      });
      await expect(
        checkedAddresses(url.hostname, { resolve: resolveWith(one.dns), scope: 'public' }),
      ).resolves.not.toEqual([]);
    });
  }

  for (const one of ofKind('connect-only-to-checked')) {
    it(`${one.id} (${one.cat}): each answer of the resolver is checked before a socket may use it`, async () => {
      const [[name, answers] = ['', []]] = Object.entries(one.dnsSeq ?? {});
      for (const answer of answers) {
        const checked = await checkedAddresses(name, {
          resolve: async () => answer,
          scope: 'public',
        }).catch(() => 'refused');
        expect(checked).toEqual(
          answer.every((address) => mayReach(address, 'public')) ? answer : 'refused',
        );
      }
      expect(answers.some((answer) => answer.some((address) => !mayReach(address, 'public')))).toBe(
        true,
      );
    });
  }
});

describe('redirects', () => {
  let server: Server;
  let requests = 0;
  let location = '';
  beforeAll(async () => {
    server = createServer((_, response) => {
      requests += 1;
      response.writeHead(302, { location }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  const targets = hostileCorpus
    ? cases.flatMap((one) => one.redirects ?? [])
    : ['http://127.0.0.1/'];
  for (const target of targets) {
    it(`to ${target} are not followed`, async () => {
      requests = 0;
      location = target;
      const { port } = server.address() as AddressInfo;
      egress = createEgress({ clock: systemClock });
      const client = egress.clientFor({
        name: 'moved',
        address: `http://127.0.0.1:${port}`,
        egress: { hosts: [], private: true },
      });
      await expect(
        client.request({ method: 'GET', path: '/', effect: 'read' }),
      ).rejects.toMatchObject({ code: 'RESPONSE_INVALID' });
      await expect(
        client.request({ method: 'POST', path: '/', effect: 'write' }),
      ).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
      expect(requests).toBe(2);
      expect(sockets).toBeLessThanOrEqual(2);
    });
  }

  it('a name is resolved once for a socket, and the socket goes to that address', async () => {
    location = '/';
    const { port } = server.address() as AddressInfo;
    const asked: string[] = [];
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    egress = createEgress({
      clock: systemClock,
      resolve: async (name) => [...(answers[asked.push(name) - 1] ?? [])],
    });
    const client = egress.clientFor({
      name: 'rebound',
      address: `http://rebind.example:${port}`,
      egress: { hosts: ['rebind.example'], private: true },
    });
    await expect(
      client.request({ method: 'GET', path: '/', effect: 'read', answers: [302] }),
    ).resolves.toMatchObject({ status: 302 });
    expect(asked).toEqual(['rebind.example']);
  });
});

describe('private connections', () => {
  const scope = 'private';
  it('reach loopback and private networks, which others do not', () => {
    for (const address of ['127.0.0.1', '10.1.2.3', '192.168.1.1', '::1', 'fd12::1']) {
      expect([address, mayReach(address, scope), mayReach(address, 'public')]).toEqual([
        address,
        true,
        false,
      ]);
    }
  });

  it('never reach metadata, whatever they say', () => {
    for (const address of [
      '169.254.169.254',
      'fd00:ec2::254',
      '168.63.129.16',
      '100.100.100.200',
      '192.0.0.192',
      'fe80::1',
      '::ffff:169.254.169.254',
    ]) {
      expect([address, mayReach(address, scope)]).toEqual([address, false]);
    }
  });

  it('go to the hosts on their list only', async () => {
    egress = createEgress({ clock: systemClock, resolve: async () => ['127.0.0.1'] });
    const client = egress.clientFor({
      name: 'listed',
      address: 'http://other.example',
      egress: { hosts: ['allowed.example'], private: true },
    });
    await expect(
      client.request({ method: 'GET', path: '/', effect: 'read' }),
    ).rejects.toMatchObject({ code: 'EGRESS_BLOCKED' });
    expect(sockets).toBe(0);
  });

  it('a name of which one address is refused is refused whole', async () => {
    const resolve = async (): Promise<readonly string[]> => ['93.184.215.14', '127.0.0.1'];
    await expect(
      checkedAddresses('mixed.example', { resolve, scope: 'public' }),
    ).rejects.toMatchObject({ code: 'EGRESS_BLOCKED' });
  });
});
