import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configurationPage, renderConfigurationPage } from '../../docs/generate-configuration.ts';
import { loadConfig, readEnvironment } from '../../platform/config.ts';
import type { Config } from '../../platform/config.ts';
import { makeDataDir } from '../../server/data-dir.ts';
import { ensureSecrets } from '../../server/embedded-secrets.ts';
import { allowanceOf } from '../../server/serve.ts';

const shipped = fileURLToPath(new URL('../../sallyport.yaml', import.meta.url));
const url = 'http://127.0.0.1:9';
const variables = {
  FAKE_CROWDSTRIKE_URL: url,
  FAKE_OKTA_URL: url,
  FAKE_AWS_URL: url,
  FAKE_WEBHOOK_URL: url,
};
let dir = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sallyport-config-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function load(text: string, env: Record<string, string> = {}): Promise<Config> {
  const path = join(dir, 'sallyport.yaml');
  await writeFile(path, text);
  return loadConfig({ path, environment: readEnvironment(env) });
}

describe('the configuration', () => {
  it('of this repository loads over the secrets of a fresh data directory, and is frozen', async () => {
    const data = join(dir, 'data');
    await makeDataDir(data);
    expect(await ensureSecrets(data)).toBe(true);
    const config = await loadConfig({
      path: shipped,
      environment: readEnvironment({ SALLYPORT_DATA: data }),
      variables,
    });
    expect(Object.keys(config.sources)).toContain('falco');
    expect(config.connections['edr']?.secret?.reveal()).toBe('fake-client:fake-secret');
    expect(Object.isFrozen(config.connections['edr']?.egress)).toBe(true);
    expect(await ensureSecrets(data)).toBe(false);
  });

  it('gives a role the credentials that it needs and no others', async () => {
    const data = join(dir, 'data');
    const secretsOf = async (role: 'workflow' | 'lookup' | 'act' | 'intake'): Promise<object> => {
      const config = await loadConfig({
        path: shipped,
        environment: readEnvironment({ SALLYPORT_DATA: data, DATABASE_URL: 'postgres://h/d' }),
        variables,
        may: allowanceOf(role),
      });
      const held = Object.values(config.connections).filter(
        (connection) => connection.secret !== null,
      );
      return {
        database: config.databaseUrl !== null,
        sources: Object.keys(config.sources).length > 0,
        tokens: config.tokens.length > 0,
        connections: held.map(({ name }) => name),
      };
    };
    expect(await secretsOf('workflow')).toEqual({
      database: false,
      sources: false,
      tokens: false,
      connections: [],
    });
    expect(await secretsOf('intake')).toEqual({
      database: true,
      sources: true,
      tokens: true,
      connections: [],
    });
    expect(await secretsOf('act')).toMatchObject({
      sources: false,
      tokens: false,
      connections: ['edr', 'idp', 'cloud'],
    });
  });

  it('takes a secret from a file without its line end', async () => {
    await writeFile(join(dir, 'token'), 'abc\n', { mode: 0o600 });
    const config = await load("connections: { c: { connector: okta, secret: 'file:token' } }\n");
    expect(config.connections['c']?.secret?.reveal()).toBe('abc');
  });

  it('refuses a secret that every account of the machine can read', async () => {
    await writeFile(join(dir, 'open'), 'abc');
    await chmod(join(dir, 'open'), 0o644);
    await expect(
      load("connections: { c: { connector: okta, secret: 'file:open' } }\n"),
    ).rejects.toThrow('open to others');
  });

  it('mounted into a container may be readable to its one account, but nowhere else', async () => {
    const mounted = join(dir, 'mounted');
    await mkdir(mounted);
    for (const path of [join(mounted, 'key'), join(dir, 'loose')]) {
      await writeFile(path, 'abc');
      await chmod(path, 0o444);
    }
    const env = { SALLYPORT_SECRETS: mounted };
    const connections = (path: string): string =>
      `connections: { c: { connector: okta, secret: 'file:${path}' } }\n`;
    const config = await load(connections(join(mounted, 'key')), env);
    expect(config.connections['c']?.secret?.reveal()).toBe('abc');
    await expect(load(connections(join(dir, 'loose')), env)).rejects.toThrow('open to others');
    await chmod(join(mounted, 'key'), 0o666);
    await expect(load(connections(join(mounted, 'key')), env)).rejects.toThrow('open to others');
  });

  it('refuses a secret that is not there, by its name', async () => {
    await expect(
      load("connections: { c: { connector: okta, secret: '${OKTA_TOKEN}' } }\n"),
    ).rejects.toThrow('the variable OKTA_TOKEN is not set');
    await expect(
      load("connections: { c: { connector: okta, secret: 'file:gone' } }\n"),
    ).rejects.toThrow('cannot be read');
  });

  it('lets the environment move PostgreSQL and Temporal', async () => {
    const config = await load('temporal: { address: "a:1" }\n', {
      DATABASE_URL: 'postgres://u:p@h/d',
      TEMPORAL_ADDRESS: 'b:2',
      TEMPORAL_NAMESPACE: 'other',
    });
    expect(config.databaseUrl?.reveal()).toBe('postgres://u:p@h/d');
    expect(config.temporal).toMatchObject({ address: 'b:2', namespace: 'other' });
  });

  it('keeps the hash of an API token, not the token', async () => {
    const config = await load("tokens: [{ name: a, person: a, roles: [admin], token: '${T}' }]\n", {
      T: 'abc',
    });
    expect(config.tokens[0]?.sha256).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(JSON.stringify(config)).not.toContain('"abc"');
  });
});

describe('the reference page', () => {
  it('says what the schema says; `node docs/generate-configuration.ts` writes it anew', async () => {
    expect(await readFile(configurationPage, 'utf8')).toBe(renderConfigurationPage());
  });
});
