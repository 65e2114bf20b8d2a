import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { composeSchema } from '../contract/compose.schema.ts';
import type { Service } from '../contract/compose.schema.ts';
import { bundleWorkflows } from '../../server/workflow-bundle.ts';
import { root, textOf } from './repository.ts';
import { startService } from './service-process.ts';
import type { ServiceProcess } from './service-process.ts';

/** What docker-compose.yml says of each service that is ours, by its name. */
export function composeServices(): Readonly<Record<string, Service>> {
  const document = parse(textOf('docker-compose.yml'), { merge: true }) as Record<string, unknown>;
  const { services } = composeSchema.parse(
    Object.fromEntries(Object.entries(document).filter(([key]) => !key.startsWith('x-'))),
  );
  return Object.fromEntries(
    Object.entries(services).filter(([, service]) => service.image.startsWith('sallyport:')),
  );
}

export interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

/** Containers without Docker: the same commands, environments, secrets, users and writable folders, as processes. */
export interface Production {
  readonly ledgerDir: string;
  /** As deploy/make-secrets.sh made it. */
  secret(name: string): string;
  /** A folder with some of the secrets, as a container's runtime would mount them. */
  secretsFor(name: string, secrets: readonly string[]): string;
  start(name: string, service: Service): ServiceProcess;
  remove(): void;
}

const openToAll = 0o755;
const readOnly = 0o555;

export async function openProduction(servers: Servers): Promise<Production> {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-production-'));
  chmodSync(dir, openToAll);
  const identity = containerUser();
  const allSecrets = makeSecrets(dir, servers.databaseUrl);
  const bundle = await bundleIn(dir);
  for (const volume of ['ledger', 'log-key']) {
    mkdirSync(join(dir, volume));
    if (identity !== null) chownSync(join(dir, volume), identity.uid, identity.gid);
  }
  const dataDirs: string[] = [];
  const secretsFor = (name: string, secrets: readonly string[]): string => {
    const folder = join(dir, `secrets-of-${name}`);
    mkdirSync(folder);
    for (const secret of secrets) cpSync(join(allSecrets, secret), join(folder, secret));
    return folder;
  };
  return {
    ledgerDir: join(dir, 'ledger'),
    secret: (name) => readFileSync(join(allSecrets, name), 'utf8'),
    secretsFor,
    start: (name, service) => {
      const [program = '', ...args] = service.command ?? [];
      const dataDir = dataDirOf(dir, name, service);
      dataDirs.push(dataDir);
      return startService({
        command: [program === 'node' ? process.execPath : program, ...args],
        workingDir: root,
        identity,
        environment: {
          PATH: dirname(process.execPath),
          ...imageEnvironment(),
          SALLYPORT_DATA: dataDir,
          SALLYPORT_WORKFLOW_BUNDLE: bundle,
          ...service.environment,
          // What Compose gives by its networks: names of hosts, and every container its own ports.
          TEMPORAL_ADDRESS: servers.temporalAddress,
          SALLYPORT_LISTEN_PORT: '0',
          SALLYPORT_SECRETS: secretsFor(name, service.secrets ?? []),
        },
      });
    },
    remove: () => {
      for (const dataDir of dataDirs) chmodSync(dataDir, openToAll);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Compose's own user where we may become it and it can read the checkout; else we stay who we are. */
function containerUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  for (let at = root; at !== '/'; at = dirname(at))
    if ((statSync(at).mode & 0o005) !== 0o005) return null;
  return { uid: 1000, gid: 1000 };
}

/** Runs the real script, in a copy of its folder; of what it makes only PostgreSQL's address is ours. */
function makeSecrets(dir: string, databaseUrl: string): string {
  mkdirSync(join(dir, 'deploy'));
  cpSync(join(root, 'deploy', 'make-secrets.sh'), join(dir, 'deploy', 'make-secrets.sh'));
  execFileSync('sh', [join(dir, 'deploy', 'make-secrets.sh')], { stdio: 'ignore' });
  const secrets = join(dir, 'deploy', 'secrets');
  const url = join(secrets, 'database-url');
  chmodSync(url, 0o644);
  writeFileSync(url, databaseUrl);
  chmodSync(url, 0o444);
  return secrets;
}

async function bundleIn(dir: string): Promise<string> {
  const bundle = join(dir, 'workflow-bundle.js');
  const made = process.env['SALLYPORT_WORKFLOW_BUNDLE'];
  if (made === undefined) writeFileSync(bundle, (await bundleWorkflows()).code);
  else copyFileSync(made, bundle);
  chmodSync(bundle, openToAll);
  return bundle;
}

/** What the Dockerfile sets for every container. */
function imageEnvironment(): Readonly<Record<string, string>> {
  const [, block = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(textOf('Dockerfile')) ?? [];
  const pairs = [...block.matchAll(/([A-Z_]+)=(\S+)/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}

/** Nobody may write into it, as on a container's read-only disk; the volumes are what Compose mounts there. */
function dataDirOf(dir: string, name: string, service: Service): string {
  const dataDir = join(dir, `data-of-${name}`);
  mkdirSync(dataDir);
  for (const volume of service.volumes ?? []) {
    const [source = '', target = ''] = volume.split(':');
    const [, place] = /^\/var\/lib\/sallyport\/(\w+)$/.exec(target) ?? [];
    if (place !== undefined) symlinkSync(join(dir, source), join(dataDir, place));
  }
  chmodSync(dataDir, readOnly);
  return dataDir;
}
