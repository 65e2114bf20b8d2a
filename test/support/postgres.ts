import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '../../store/database.ts';
import type { Database } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { locatePostgres } from '../../server/postgres-binaries.ts';
import type { PostgresBinaries } from '../../server/postgres-binaries.ts';
import { clusterUrl, createCluster, postgresReady } from '../../server/postgres-cluster.ts';
import { freePort } from './free-port.ts';

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
export async function startTestPostgres(options: { readonly migrated?: boolean } = {}): Promise<TestPostgres> {
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
  if (users > 0) return void (await server.admin.query(`drop database if exists ${name} with (force)`));
  running = null;
  await server.admin.close();
  const gone = new Promise((resolve) => server.child.once('exit', resolve));
  server.child.ref();
  server.child.stdin?.end();
  await gone;
}

async function startServer(): Promise<Server> {
  const binaries = await locatePostgres(process.env['SALLYPORT_POSTGRES_BIN'] ?? null);
  const pristine = await pristineCluster(binaries);
  const dir = await mkdtemp(join(parentDir, 'sallyport-pg-'));
  await own(binaries, dir);
  // Six times as fast as node:fs, and keeps the owner.
  await run('cp', ['-a', pristine, join(dir, 'data')]);
  const { child, port } = await startOnFreePort(binaries, dir);
  const admin = openDatabase({ url: clusterUrl(port, password, 'postgres'), connectionsMax: 1, name: 'test-admin' });
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
  await createCluster({ binaries, dir: join(partial, 'data'), password, flags: ['--wal-segsize=1'] });
  await rename(join(partial, 'data'), target).catch(() => undefined);
  await rm(partial, { recursive: true, force: true });
  return target;
}

async function own(binaries: PostgresBinaries, dir: string): Promise<void> {
  const { identity } = binaries;
  if (identity === null) return;
  await chown(dir, identity.uid, identity.gid);
}

async function startOnFreePort(binaries: PostgresBinaries, dir: string): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = spawnGuarded(binaries, dir, port);
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

/** Our end of the shell's stdin closes when we die, even by SIGKILL; then it stops the server and removes its files. */
const watched = `dir="$1"; shift; exec 3<&0; "$@" </dev/null 3<&- & pid=$!
(cat <&3; while kill -QUIT $pid; do sleep 0.05; done; rm -rf "$dir") >/dev/null 2>&1 & wait $pid`;

function spawnGuarded(binaries: PostgresBinaries, dir: string, port: number): ChildProcess {
  const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn('sh', ['-c', watched, 'sh', dir, binaries.postgres, '-D', join(dir, 'data'), ...flags], {
    ...binaries.identity,
    cwd: dir,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] ?? '' },
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true,
  });
  child.stdin?.on('error', () => undefined);
  return child;
}

/** The server must not keep a test process alive that has nothing else to do. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stderr]) if (stream instanceof Socket) stream.unref();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= work());
}
