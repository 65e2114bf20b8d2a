import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { loadConfig, readEnvironment } from '../../platform/config.ts';
import { createBase } from '../../server/base.ts';
import { isRole } from '../../server/roles.ts';
import type { RoleName } from '../../server/roles.ts';
import { allowanceOf, keysOf } from '../../server/serve.ts';
import { signDelivery } from '../../server/sign-delivery.ts';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { composeServices, openProduction } from '../support/production.ts';
import type { Production } from '../support/production.ts';
import { root } from '../support/repository.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { terminal } from '../support/terminal.ts';
import { startTestTemporal } from '../support/temporal.ts';
import type { TestTemporal } from '../support/temporal.ts';

interface Running {
  readonly process: ServiceProcess;
  readonly url: string;
}

const services = composeServices();
const names = Object.keys(services);
const startLimitMs = 90_000;
const workLimitMs = 30_000;
const stopLimitMs = 30_000;
const rateMs = 50;

let postgres: TestPostgres;
let temporal: TestTemporal;
let production: Production;
const running = new Map<string, Running>();

beforeAll(async () => {
  [postgres, temporal] = await Promise.all([
    startTestPostgres({ migrated: false }),
    startTestTemporal(),
  ]);
  production = await openProduction({
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
  });
  const started = Object.entries(services).map(
    ([name, service]) => [name, production.start(name, service)] as const,
  );
  for (const [name, process] of started) {
    const [, url = ''] = await process.says(/"url":"([^"]+)"[^\n]*"msg":"ready"/);
    running.set(name, { process, url: url.replace('0.0.0.0', '127.0.0.1') });
  }
}, startLimitMs);
afterAll(async () => {
  await Promise.all([...running.values()].map(({ process }) => process.stop()));
  await temporal?.stop();
  await postgres?.stop();
  production?.remove();
}, stopLimitMs);

function theService(name: string): Running {
  const found = running.get(name);
  if (found === undefined) throw new Error(`${name} does not run`);
  return found;
}

const get = (name: string, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${theService(name).url}${path}`, { headers });

describe('the services of docker-compose.yml, each as a process of its own', () => {
  it.each(names)('%s is alive, and ready once all its components run', async (name) => {
    expect((await get(name, '/healthz')).status).toBe(200);
    await vi.waitFor(async () => expect((await get(name, '/readyz')).status).toBe(200), {
      timeout: workLimitMs,
      interval: rateMs,
    });
  });

  it('only intake serves more than its health', async () => {
    const answers = await Promise.all(
      names.map(async (name) => [name, (await get(name, '/v1/incidents')).status] as const),
    );
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(names.map((name) => [name, name === 'intake' ? 401 : 404])),
    );
  });

  it('a signed alert becomes a ticket on the board, and its story verifies offline', async () => {
    const body = Buffer.from(
      JSON.stringify({
        title: 'Disk is full on db-3',
        severity: 'high',
        reporter: 'eve@example.com',
      }),
    );
    const source = {
      verify: {
        kind: 'standard-webhooks',
        toleranceSeconds: 300,
        secrets: [production.secret('source-generic')],
      },
    } as const;
    const accepted = await fetch(`${theService('intake').url}/v1/alerts/generic`, {
      method: 'POST',
      body,
      headers: signDelivery(source, body, systemClock),
    });
    expect(accepted.status).toBe(202);
    const tickets = await vi.waitUntil(
      async () => {
        const rows = await postgres.db.query<{ title: string; body: string }>(
          'select title, body from board_tickets',
        );
        return rows.length > 0 && rows;
      },
      { timeout: workLimitMs, interval: rateMs },
    );
    expect(tickets).toEqual([
      expect.objectContaining({ title: expect.stringContaining('Disk is full on db-3') }),
    ]);
    expect(JSON.stringify(tickets)).not.toContain('eve@example.com');
    const incidents = await get('intake', '/v1/incidents', {
      authorization: `Bearer ${production.secret('token-admin')}`,
    });
    expect(await incidents.text()).toContain('Disk is full on db-3');
    const offline = terminal({ clock: systemClock, workingDir: production.ledgerDir });
    const { code, out } = await offline.run('verify', '.', '--key', 'verifier-key');
    expect(out).toContain('OK: signed, complete and unchanged');
    expect(code).toBe(0);
  });

  it('an alert that nobody signed is refused', async () => {
    const answer = await fetch(`${theService('intake').url}/v1/alerts/generic`, {
      method: 'POST',
      body: '{}',
    });
    expect(answer.status).toBe(401);
  });
});

describe('the secrets of each service', () => {
  const everything = [
    'database-url',
    'key-tokens',
    'key-vault',
    'key-payload',
    'source-generic',
    'token-admin',
    'token-auditor',
    'connection-cloud',
    'connection-edr',
    'connection-idp',
    'connection-oncall',
  ];

  it.each(names)('%s needs each of those that it gets, and reads no other', async (name) => {
    if (!isRole(name)) throw new Error(`${name} is no role`);
    const needed = await Promise.all(
      everything.map(async (secret) => ((await startsWithout(name, secret)) ? [] : [secret])),
    );
    expect(needed.flat().toSorted()).toEqual((services[name]?.secrets ?? []).toSorted());
  });

  async function startsWithout(role: RoleName, secret: string): Promise<boolean> {
    const folder = production.secretsFor(
      `${role}-without-${secret}`,
      everything.filter((each) => each !== secret),
    );
    const environment = readEnvironment({
      SALLYPORT_SECRETS: folder,
      TEMPORAL_ADDRESS: temporal.address,
      SALLYPORT_DATA: folder,
    });
    try {
      const config = await loadConfig({
        path: join(root, 'deploy', 'sallyport.yaml'),
        environment,
        may: allowanceOf(role),
      });
      createBase({
        config,
        process: role,
        workflowBundle: null,
        logFile: null,
        needs: keysOf(role),
      });
      return true;
    } catch {
      return false;
    }
  }
});

describe('the end of each service', () => {
  it.each(names)('%s stops at SIGTERM, by itself', async (name) => {
    expect(await theService(name).process.stop()).toEqual({ code: 0, signal: null });
  });

  it('no service wrote a secret to its log', () => {
    const secrets = ['key-tokens', 'key-vault', 'key-payload', 'token-admin', 'source-generic'].map(
      (name) => production.secret(name),
    );
    const logs = [...running.values()].map(({ process }) => process.said()).join('\n');
    expect(secrets.filter((secret) => logs.includes(secret))).toEqual([]);
  });
});
