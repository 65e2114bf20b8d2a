import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { locatePostgres, unprivilegedIdentity } from '../../server/postgres-binaries.ts';
import { startEngineProcess } from '../support/engine-process.ts';
import type { EngineProcess } from '../support/engine-process.ts';
import { filesOfRepository, root } from '../support/repository.ts';
import { temporalBinary } from '../support/temporal.ts';
import { bundleWorkflows } from '../../server/workflow-bundle.ts';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const ownerOnly = 0o700;
const open = 0o755;
const nobody = { uid: 65_534, gid: 65_534 };

let folder = '';
let engine: EngineProcess | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-places-'));
});
afterEach(async () => {
  await engine?.stop();
  engine = null;
  await forgetCluster(join(folder, 'data'));
  await forgetCluster(join(folder, 'checkout', '.sallyport'));
  await rm(folder, { recursive: true, force: true });
});

/** Of root's PostgreSQL the data may lie outside the data directory. */
async function forgetCluster(dataDir: string): Promise<void> {
  const path = await readFile(join(dataDir, 'postgres.path'), 'utf8').catch(() => null);
  if (path !== null) await rm(dirname(path.trim()), { recursive: true, force: true });
}

/** The checkout as it stands, with its packages as hard links where the file system allows that. */
async function copyCheckout(): Promise<string> {
  const checkout = join(folder, 'checkout');
  await mkdir(checkout);
  const tops = new Set(filesOfRepository().map((path) => path.split('/')[0] ?? ''));
  await run('cp', ['-a', ...[...tops].map((name) => join(root, name)), checkout]);
  const packages = join(root, 'node_modules');
  await run('cp', ['-al', packages, checkout]).catch(() => run('cp', ['-a', packages, checkout]));
  return checkout;
}

/** Programs that every account of the machine may run, whatever folder the bootstrap keeps them in. */
async function tools(): Promise<Readonly<Record<string, string>>> {
  const cli = join(folder, 'temporal');
  await run('cp', ['--dereference', await temporalBinary(), cli]);
  await chmod(cli, open);
  const bundle = join(folder, 'bundle.js');
  const made = process.env['SALLYPORT_WORKFLOW_BUNDLE'];
  if (made === undefined) await writeFile(bundle, (await bundleWorkflows()).code);
  else await copyFile(made, bundle);
  await chmod(bundle, open);
  return { SALLYPORT_TEMPORAL_CLI: cli, SALLYPORT_WORKFLOW_BUNDLE: bundle, HOME: folder };
}

const status = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;

describe.skipIf(!isRoot)('as root (skipped for others)', () => {
  it('an engine runs from a checkout below a folder that only root can enter, under a strict umask', async () => {
    await chmod(folder, ownerOnly);
    const checkout = await copyCheckout();
    const node = join(checkout, 'node_modules', '.bin', 'node');
    const environment = await tools();
    engine = startEngineProcess({
      checkout,
      node,
      environment,
      args: ['--no-samples'],
      before: 'umask 077',
    });
    expect(await status(await engine.ready())).toBe(200);
    const cluster = await readFile(join(checkout, '.sallyport', 'postgres.path'), 'utf8');
    expect(cluster.startsWith(folder)).toBe(false);
    expect(await engine.stop()).toEqual({ code: 0, signal: null });
  });

  it('PostgreSQL that npm installed under a strict umask is copied so that its user can run it', async () => {
    await chmod(folder, open);
    const installed = join(folder, 'closed', 'native');
    const { postgres } = await locatePostgres(null);
    await mkdir(dirname(installed), { mode: ownerOnly });
    await run('cp', ['-a', dirname(dirname(postgres)), installed]);
    await run('chmod', ['-R', 'go=', installed]);
    await writeFile(join(dirname(installed), 'package.json'), '{"version":"1.0.0"}');
    const before = process.umask(0o077);
    try {
      const found = await locatePostgres(join(installed, 'bin'), join(folder, 'cache'));
      expect(found.postgres).toBe(join(folder, 'cache', 'postgres-1.0.0', 'bin', 'postgres'));
      const identity = await unprivilegedIdentity();
      const { stdout } = await run(found.postgres, ['--version'], identity ?? {});
      expect(stdout).toContain('PostgreSQL');
    } finally {
      process.umask(before);
    }
  });

  it('a plain user runs an engine in a folder of their own', async ({ skip }) => {
    await chmod(folder, open);
    const isOpen = ((await stat(join(root, 'node_modules'))).mode & 0o005) === 0o005;
    skip(!isOpen, 'the packages were installed for root only');
    const checkout = await copyCheckout();
    const node = join(checkout, 'node_modules', '.bin', 'node');
    const environment = await tools();
    await mkdir(join(folder, 'data'));
    await chown(join(folder, 'data'), nobody.uid, nobody.gid);
    engine = startEngineProcess({
      checkout,
      node,
      environment,
      identity: nobody,
      args: ['--no-samples', '--data', join(folder, 'data')],
    });
    expect(await status(await engine.ready())).toBe(200);
    expect((await stat(join(folder, 'data', 'postgres'))).uid).toBe(nobody.uid);
    expect(await engine.stop()).toEqual({ code: 0, signal: null });
  });
});
