import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config, Environment } from '../platform/config.ts';
import { openDatabase } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { makeDataDir } from './data-dir.ts';
import { takeLock } from './lock.ts';
import type { DataLock } from './lock.ts';
import { clusterUrl } from './postgres-cluster.ts';
import { ensureDatabase, preparePostgres } from './postgres.ts';
import { supervise } from './supervise.ts';

export interface CopyPlace {
  readonly config: Config;
  readonly environment: Environment;
}

/** What a copy is made of or put into: the configured database, that of the running engine, or that of one that rests. */
export async function withDatabase<Result>(
  place: CopyPlace,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl, dataDir } = place.config;
  if (databaseUrl !== null) return work(databaseUrl.reveal());
  const lock = await lockUnlessRunning(dataDir);
  if (lock === null) return work(await urlOfRunning(dataDir));
  return withOwnPostgres(place, lock, work);
}

/** Starts the embedded PostgreSQL for a while. CONFLICT while an engine runs over this data directory. */
export async function withRestingDatabase<Result>(
  place: CopyPlace,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const { databaseUrl, dataDir } = place.config;
  if (databaseUrl !== null) return work(databaseUrl.reveal());
  await makeDataDir(dataDir);
  return withOwnPostgres(place, await takeLock(dataDir), work);
}

async function withOwnPostgres<Result>(
  { config, environment }: CopyPlace,
  lock: DataLock,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  try {
    const postgres = await preparePostgres({
      dataDir: config.dataDir,
      bin: environment.postgresBin,
    });
    const running = await supervise(postgres, { clock: systemClock, onChange: () => undefined });
    try {
      await ensureDatabase(postgres.url());
      return await work(postgres.url());
    } finally {
      await running.stop();
    }
  } finally {
    await lock.release();
  }
}

/** Null where an engine runs. NOT_FOUND where none ever did. */
async function lockUnlessRunning(dataDir: string): Promise<DataLock | null> {
  const isThere = await access(join(dataDir, 'postgres.path')).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new SallyportError('NOT_FOUND', `no engine was ever started in ${dataDir}`);
  return takeLock(dataDir).catch((error: unknown) => {
    if (error instanceof SallyportError && error.code === 'CONFLICT') return null;
    throw error;
  });
}

const portLine = 3;

/** A running PostgreSQL writes its port down. */
async function urlOfRunning(dataDir: string): Promise<string> {
  const dir = (await readFile(join(dataDir, 'postgres.path'), 'utf8')).trim();
  const lines = (await readFile(join(dir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const port = Number(lines[portLine]);
  if (!Number.isInteger(port) || port === 0)
    throw new SallyportError('STORE_UNAVAILABLE', 'the engine runs, but its PostgreSQL does not');
  const password = await readFile(join(dataDir, 'secrets', 'postgres'), 'utf8');
  return clusterUrl(port, password.trim(), 'sallyport');
}

export async function withConnection<Result>(
  url: string,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const db = openDatabase({
    url,
    connectionsMax: 1,
    statementTimeoutMs: 0,
    name: 'sallyport-copy',
  });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
