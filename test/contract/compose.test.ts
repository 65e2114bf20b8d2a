import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root, textOf } from '../support/repository.ts';
import { composeSchema } from './compose.schema.ts';
import type { Service } from './compose.schema.ts';

const roles = [
  'intake',
  'dispatcher',
  'sequencer',
  'workflow',
  'lookup',
  'ticket',
  'notify',
  'act',
  'record',
];

const document = parse(textOf('docker-compose.yml'), { merge: true }) as Record<string, unknown>;
const withoutExtensions = Object.fromEntries(
  Object.entries(document).filter(([key]) => !key.startsWith('x-')),
);
const compose = composeSchema.parse(withoutExtensions);
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.image.startsWith('sallyport:'));
const serviceOf = (name: string): Service => {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
};
const isFile = (volume: string): boolean => volume.startsWith('./');

describe('docker-compose.yml', () => {
  it('has one service for each role, started as node cli/main.ts serve --role', () => {
    const commands = Object.fromEntries(
      ours.map(([name, service]) => [name, service.command?.join(' ')]),
    );
    expect(commands).toEqual(
      Object.fromEntries(roles.map((role) => [role, `node cli/main.ts serve --role ${role}`])),
    );
  });

  it.each(services)(
    '%s names only networks, volumes, secrets and services that exist',
    (_name, service) => {
      const volumes = (service.volumes ?? [])
        .filter((volume) => !isFile(volume))
        .map((volume) => volume.split(':')[0] ?? '');
      expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining(service.networks));
      expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(volumes));
      expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining(service.secrets ?? []));
      expect(Object.keys(compose.services)).toEqual(
        expect.arrayContaining(Object.keys(service.depends_on ?? {})),
      );
    },
  );

  it.each(services)('what %s mounts from here exists', (_name, service) => {
    const files = (service.volumes ?? [])
      .filter(isFile)
      .map((volume) => volume.split(':')[0] ?? '');
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it.each(services)(
    'who waits for the health of something %s waits for has a check there',
    (_name, service) => {
      const healthy = Object.entries(service.depends_on ?? {}).filter(
        ([, { condition }]) => condition === 'service_healthy',
      );
      expect(healthy.filter(([name]) => serviceOf(name).healthcheck === undefined)).toEqual([]);
    },
  );

  it.each(services)('who waits for %s waits in no circle', (name) => {
    const reach = (from: string, path: readonly string[]): boolean =>
      Object.keys(serviceOf(from).depends_on ?? {}).some(
        (next) => next === name || (!path.includes(next) && reach(next, [...path, next])),
      );
    expect(reach(name, [])).toBe(false);
  });

  it.each(ours)(
    '%s runs without root, without capabilities and on a read-only disk',
    (_name, service) => {
      expect(service).toMatchObject({ user: '1000:1000', read_only: true, cap_drop: ['ALL'] });
      expect(service.security_opt).toContain('no-new-privileges:true');
    },
  );

  it.each(ours)('%s carries no secret in its environment', (_name, service) => {
    expect(
      Object.keys(service.environment).filter((key) =>
        /PASSWORD|PWD|TOKEN|KEY|DATABASE_URL/.test(key),
      ),
    ).toEqual([]);
  });

  it('every secret is made by deploy/make-secrets.sh', () => {
    const script = textOf('deploy/make-secrets.sh');
    expect(Object.keys(compose.secrets).filter((secret) => !script.includes(secret))).toEqual([]);
  });
});

describe('the power of each role', () => {
  const secretsOf = (name: string): readonly string[] => serviceOf(name).secrets ?? [];
  const withSecret = (secret: RegExp): readonly string[] =>
    ours.map(([name]) => name).filter((name) => secretsOf(name).some((each) => secret.test(each)));

  it('the workflow worker reaches only Temporal, and holds only the key of its payloads', () => {
    expect(serviceOf('workflow').networks).toEqual(['temporal']);
    expect(compose.networks['temporal']).toEqual({ internal: true });
    expect(secretsOf('workflow')).toEqual(['key-payload']);
  });

  it('only the workers that call products have a way out', () => {
    const out = ours
      .map(([name]) => name)
      .filter((name) => serviceOf(name).networks.includes('out'));
    expect(out.toSorted()).toEqual(['act', 'lookup', 'notify', 'ticket']);
  });

  it('only intake is published', () => {
    expect(ours.filter(([, service]) => service.ports !== undefined).map(([name]) => name)).toEqual(
      ['intake'],
    );
  });

  it('only intake knows the senders and the API tokens', () => {
    expect(withSecret(/^(source|token)-/)).toEqual(['intake']);
  });

  it('only workers that call products know their credentials', () => {
    expect(withSecret(/^connection-/).toSorted()).toEqual(['act', 'lookup', 'notify']);
  });

  it('only the sequencer has the key of the log and may write its tiles', () => {
    const writers = ours.filter(([, { volumes = [] }]) =>
      volumes.some((each) => /^(ledger|log-key):[^:]+$/.test(each)),
    );
    expect(writers.map(([name]) => name)).toEqual(['sequencer']);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = textOf('Dockerfile');

  it('ends as a user who is not root', () => {
    expect(dockerfile.match(/^USER .*$/gm)?.at(-1)).toBe('USER node');
  });

  it('starts from pinned images', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)]
      .map(([, base = '']) => base)
      .filter((base) => base !== 'packages');
    expect(bases.every((base) => /^node:24\.\d+\.\d+-/.test(base))).toBe(true);
  });

  it('runs no install script', () => {
    expect(dockerfile.match(/npm (ci|install)[^\n]*/g)).toEqual([
      expect.stringContaining('--ignore-scripts'),
    ]);
  });

  it('has in it every room that the server imports', () => {
    const shipped =
      textOf('.dockerignore')
        .match(/^![a-z]+\/$/gm)
        ?.map((line) => line.slice(1, -1)) ?? [];
    const { overrides } = JSON.parse(textOf('.oxlintrc.json')) as {
      overrides: { files: string[] }[];
    };
    const rooms = overrides
      .flatMap(({ files }) => files)
      .map((glob) => /^([a-z]+)\/\*\*\/\*\.ts$/.exec(glob)?.[1]);
    expect(shipped).toEqual(expect.arrayContaining(rooms.filter((room) => room !== undefined)));
  });
});
