import { execFile } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '../../store/database.ts';
import type { Database } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { locatePostgres } from '../../server/postgres-binaries.ts';
import type { PostgresBinaries } from '../../server/postgres-binaries.ts';
import { clusterUrl, createCluster, postgresReady } from '../../server/postgres-cluster.ts';
import { freePort } from '../../server/free-port.ts';
import { endGuarded, letGo, spawnGuarded } from './guarded-process.ts';

export interface TestPostgres {
  readonly url: string;
  readonly db: Database;
  /** Drops this database; the last one takes the server with it. */
  stop(): Promise<void>;
}

interface Server {
  readonly child: ChildProcess;
  readonly dir: string;
  readonly port: number;
  readonly admin: Database;
}

const run = promisify(execFile);
const password = 'test';
/** In memory where the machine offers that: a test's cluster is 25 MB and lives for seconds. */
const parentDir = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const template = 'migrated';
const portTriesMax = 5;

let running: Promise<Server> | null = null;
let users = 0;

/**
 * A migrated database of the caller's own (`migrated: false` gives an empty one) on a real PostgreSQL that this process
 * shares. It dies with the process, however that ends.
 */
export async function startTestPostgres(
  options: { readonly migrated?: boolean } = {},
): Promise<TestPostgres> {
  users += 1;
  running ??= startServer();
  const server = await running;
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const source = options.migrated === false ? 'template0' : template;
  await server.admin.query(`create database ${name} template ${source}`);
  const url = clusterUrl(server.port, password, name);
  const db = openDatabase({ url, name: 'test' });
  return { url, db, stop: once(() => release(server, db, name)) };
}

async function release(server: Server, db: Database, name: string): Promise<void> {
  await db.close();
  users -= 1;
  if (users > 0)
    return void (await server.admin.query(`drop database if exists ${name} with (force)`));
  running = null;
  await server.admin.close();
  await endGuarded(server.child);
}

async function startServer(): Promise<Server> {
  const binaries = await locatePostgres(process.env['SALLYPORT_POSTGRES_BIN'] ?? null);
  const pristine = await pristineCluster(binaries);
  const dir = await mkdtemp(join(parentDir, 'sallyport-pg-'));
  await own(binaries, dir);
  // Six times as fast as node:fs, and keeps the owner.
  await run('cp', ['-a', pristine, join(dir, 'data')]);
  const { child, port } = await startOnFreePort(binaries, dir);
  const admin = openDatabase({
    url: clusterUrl(port, password, 'postgres'),
    connectionsMax: 1,
    name: 'test-admin',
  });
  await admin.query(`create database ${template}`);
  const db = openDatabase({ url: clusterUrl(port, password, template), connectionsMax: 1 });
  await migrate(db);
  await db.close();
  return { child, dir, port, admin };
}

/** An `initdb` per machine and version; each test process takes a copy of it. */
async function pristineCluster(binaries: PostgresBinaries): Promise<string> {
  const owner = binaries.identity?.uid ?? userInfo().uid;
  const { mtimeMs } = await stat(binaries.postgres);
  const parent = join(parentDir, `sallyport-test-${owner}`);
  const target = join(parent, `cluster-1-${Math.floor(mtimeMs)}`);
  if ((await stat(target).catch(() => null)) !== null) return target;
  await mkdir(parent, { recursive: true });
  await chmod(parent, 0o711);
  const partial = await mkdtemp(join(parent, 'new-'));
  await own(binaries, partial);
  await createCluster({
    binaries,
    dir: join(partial, 'data'),
    password,
    flags: ['--wal-segsize=1'],
  });
  await rename(join(partial, 'data'), target).catch(() => undefined);
  await rm(partial, { recursive: true, force: true });
  return target;
}

async function own(binaries: PostgresBinaries, dir: string): Promise<void> {
  const { identity } = binaries;
  if (identity === null) return;
  await chown(dir, identity.uid, identity.gid);
}

async function startOnFreePort(
  binaries: PostgresBinaries,
  dir: string,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(0);
    const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const command = [binaries.postgres, '-D', join(dir, 'data'), ...flags];
    const child = spawnGuarded({
      command,
      dir,
      signal: 'QUIT',
      identity: binaries.identity,
      env: { LC_ALL: 'C', TZ: 'UTC' },
    });
    try {
      await postgresReady(child);
      letGo(child);
      return { child, port };
    } catch (error) {
      if (attempt === portTriesMax) throw error;
    }
  }
}

/** Fast and forgetful: nothing here outlives the process. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  shared_buffers: '24MB',
  max_connections: '120',
  max_wal_size: '256MB',
  autovacuum: 'off',
  jit: 'off',
};

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= work());
}
