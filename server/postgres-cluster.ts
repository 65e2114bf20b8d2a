import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chown, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import { spawnHeld } from './held-child.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

export interface ClusterOptions {
  readonly binaries: PostgresBinaries;
  readonly dir: string;
  readonly password: string;
  /** For `initdb`. */
  readonly flags?: readonly string[];
}

/** The superuser of an embedded cluster, which is ours alone. */
export const clusterUser = 'sallyport';

const outputCharsMax = 4_000;

/**
 * Makes a new data directory (`dir` must not exist). It stands there only when it is whole: what a kill left of an
 * earlier try lies beside it and is removed. The password lies in a file only while `initdb` runs.
 */
export async function createCluster(options: ClusterOptions): Promise<void> {
  const { binaries, dir } = options;
  await removeUnfinished(dir);
  const partial = await mkdtemp(`${dir}${unfinished}`);
  const passwordFile = `${partial}.password`;
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
  await handOver(binaries, [partial, passwordFile]);
  const flags = [
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
    ...(options.flags ?? []),
  ];
  const child = spawn(
    binaries.initdb,
    [`--pgdata=${partial}`, `--username=${clusterUser}`, `--pwfile=${passwordFile}`, ...flags],
    {
      ...binaries.identity,
      cwd: dirname(dir),
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  try {
    await succeeded(child, 'initdb');
    await rename(partial, dir);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

const unfinished = '.unfinished-';

async function removeUnfinished(dir: string): Promise<void> {
  const names = (await readdir(dirname(dir))).filter((name) =>
    name.startsWith(`${basename(dir)}${unfinished}`),
  );
  // An initdb that outlived its engine may still write there: then it is removed another time.
  await Promise.all(
    names.map((name) =>
      rm(join(dirname(dir), name), { recursive: true, force: true }).catch(() => undefined),
    ),
  );
}

/** The server in `dir`, which runs once it is let go; it logs to its stderr. Settings given here win over `postgresql.conf`. */
export function spawnPostgres(
  options: Pick<ClusterOptions, 'binaries' | 'dir'>,
  settings: Readonly<Record<string, string>>,
): ChildProcess {
  const { binaries, dir } = options;
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawnHeld(binaries.postgres, ['-D', dir, ...flags], {
    ...binaries.identity,
    cwd: dir,
    env: { LC_ALL: 'C', TZ: 'UTC', PG_OOM_ADJUST_FILE: '' },
  });
  // It says nothing there; read all the same, so that it can never wait for us.
  child.stdout?.resume();
  return child;
}

const readyLine = 'database system is ready to accept connections';

/** Resolves at the server's own ready line, rejects with its last words where it ends before. */
export async function postgresReady(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputCharsMax);
      if (output.includes(readyLine)) resolve();
    });
    child.once('error', reject);
    // `close` and not `exit`: only then everything that it said has been read.
    child.once('close', () =>
      reject(new SallyportError('STORE_UNAVAILABLE', `PostgreSQL did not start: ${output.trim()}`)),
    );
  });
  child.stderr?.removeAllListeners('data');
  child.stderr?.resume();
}

export function clusterUrl(port: number, password: string, database: string): string {
  return `postgres://${clusterUser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

async function handOver(binaries: PostgresBinaries, paths: readonly string[]): Promise<void> {
  const { identity } = binaries;
  if (identity === null) return;
  for (const path of paths) await chown(path, identity.uid, identity.gid);
}

async function succeeded(child: ChildProcess, name: string): Promise<void> {
  let output = '';
  const keep = (chunk: Buffer): void =>
    void (output = (output + chunk.toString()).slice(-outputCharsMax));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new SallyportError('STORE_UNAVAILABLE', `${name} failed: ${output.trim()}`);
}
