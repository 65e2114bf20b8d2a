import { createHash, randomBytes } from 'node:crypto';
import { access, chmod, chown, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SallyportError } from '../domain/errors.ts';
import { createPrivateFile } from '../platform/private-file.ts';
import { openDatabase } from '../store/database.ts';
import { recordChild } from './child-end.ts';
import { outputKeeper } from './child-output.ts';
import { freePort } from './free-port.ts';
import { locatePostgres } from './postgres-binaries.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { clusterUrl, createCluster, postgresReady, spawnPostgres } from './postgres-cluster.ts';
import { endRecorded } from './process-record.ts';
import type { Component } from './supervise.ts';

export interface EmbeddedPostgres extends Component {
  /** Known once it has started for the first time; the same after each restart. */
  readonly url: () => string;
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** The folder of PostgreSQL's programs; null for those that npm installed. */
  readonly bin: string | null;
}

const database = 'sallyport';
const passwordBytes = 24;
/** Where root's PostgreSQL keeps its files if its user cannot enter the data directory. */
const systemState = '/var/lib/sallyport';

/**
 * Small and safe: it shares the machine with everything else, but an acknowledged alert is on disk
 * (`synchronous_commit` and `fsync` stay on).
 */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_connections: '60',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '512MB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  // A new database grows fast: without statistics the planner takes the wrong indexes for its first minute.
  autovacuum_naptime: '10s',
  // Rows are looked up by keys: which one is the right index shows in a small sample too, and it is taken often.
  default_statistics_target: '20',
  autovacuum_analyze_scale_factor: '0.5',
  autovacuum_vacuum_insert_scale_factor: '1',
  synchronous_commit: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  io_method: 'sync',
  max_logical_replication_workers: '0',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
};

/** How long busy orphans of a killed server are waited for; a statement of ours runs for 15 s at most. */
const orphansLimitMs = 20_000;
const orphansPauseMs = 200;

/** Its own stop, then a kill, well within the ten seconds that Ctrl-C may take. */
export const postgresEnding = { signal: 'SIGINT', graceMs: 6_000 } as const;

/** Makes the cluster where there is none, stops what a killed engine left, and gives a component to supervise. */
export async function preparePostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const recordPath = join(options.dataDir, 'run', 'postgres.json');
  const [binaries] = await Promise.all([
    locatePostgres(options.bin),
    endRecorded(recordPath, postgresEnding),
  ]);
  const dir = await clusterDir(options.dataDir, binaries);
  const password = await ensurePassword(join(options.dataDir, 'secrets', 'postgres'));
  const isNew = !(await exists(join(dir, 'PG_VERSION')));
  if (isNew) await createCluster({ binaries, dir, password });
  let known: number | null = null;
  const keepOutput = outputKeeper(join(options.dataDir, 'logs', 'postgres.log'));
  const startOnce: Component['start'] = async () => {
    const port = known ?? (await freePort(0));
    const child = spawnPostgres({ binaries, dir }, { ...settings, port: String(port) });
    // Listened for from the first moment: one that dies at once must not be waited for for ever.
    const ready = postgresReady(child);
    const [running] = await Promise.all([
      recordChild(child, { recordPath, ending: postgresEnding }),
      ready,
    ]);
    known = port;
    keepOutput(child.stderr);
    return running;
  };
  const start = (): ReturnType<Component['start']> => outlastOrphans(startOnce);
  return { name: 'postgres', url: () => clusterUrl(known ?? 0, password, database), start };
}

/**
 * Backends of a killed server that are busy notice its death only when they next wait, and until then nobody else may
 * open the cluster: their successor asks again.
 */
async function outlastOrphans<Running>(start: () => Promise<Running>): Promise<Running> {
  const untilMs = performance.now() + orphansLimitMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const occupied =
        error instanceof SallyportError && /is still in use|postmaster\.pid/.test(error.message);
      if (!occupied || performance.now() > untilMs) throw error;
      await delay(orphansPauseMs);
    }
  }
}

/** PostgreSQL answers before the database exists only once in its life. */
export async function ensureDatabase(url: string): Promise<void> {
  const admin = openDatabase({
    url: url.replace(/\/[^/]*$/, '/postgres'),
    connectionsMax: 1,
    name: 'sallyport-setup',
  });
  try {
    const rows = await admin.query('select 1 from pg_database where datname = $1', [database]);
    if (rows.length === 0) await admin.query(`create database ${database}`);
  } finally {
    await admin.close();
  }
}

/** Below the data directory; for root's PostgreSQL elsewhere if its user cannot get there. A file remembers the choice. */
async function clusterDir(dataDir: string, binaries: PostgresBinaries): Promise<string> {
  const pointer = join(dataDir, 'postgres.path');
  const known = await readFile(pointer, 'utf8').catch(() => null);
  if (known !== null) return known.trim();
  const parent = await clusterParent(dataDir, binaries);
  const dir = join(parent, 'data');
  await createPrivateFile(pointer, `${dir}\n`);
  return dir;
}

async function clusterParent(dataDir: string, binaries: PostgresBinaries): Promise<string> {
  const { identity } = binaries;
  const near = join(dataDir, 'postgres');
  if (identity === null) return ownDir(near, binaries);
  await chmod(dataDir, 0o711);
  if (await canEnter(dataDir)) return ownDir(near, binaries);
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  await mkdir(systemState, { recursive: true });
  // Whatever our umask took away: its user must get through.
  await chmod(systemState, 0o711);
  return ownDir(join(systemState, name), binaries);
}

async function ownDir(dir: string, binaries: PostgresBinaries): Promise<string> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (binaries.identity !== null) await chown(dir, binaries.identity.uid, binaries.identity.gid);
  return dir;
}

const enterableByAll = 0o001;

/** Every folder on the way lets everybody through. */
async function canEnter(dir: string): Promise<boolean> {
  for (let at = dir; ; at = join(at, '..')) {
    if (((await stat(at)).mode & enterableByAll) === 0) return false;
    if (at === '/') return true;
  }
}

async function ensurePassword(path: string): Promise<string> {
  const known = await readFile(path, 'utf8').catch(() => null);
  if (known !== null) return known;
  const password = randomBytes(passwordBytes).toString('base64url');
  await createPrivateFile(path, password);
  return password;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
