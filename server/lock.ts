import { randomUUID } from 'node:crypto';
import { link, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import { isRunning, readRecord, recordOf } from './process-record.ts';

export interface DataLock {
  release(): Promise<void>;
}

const triesMax = 20;
const released = '{}';

/**
 * One data directory, one engine. A lock whose owner is dead is taken over. Throws CONFLICT, which names the owner,
 * while it lives.
 *
 * Locks are numbered, and the highest number counts. Whoever finds its owner dead makes the next number, which only one
 * can do. A number is never freed by its owner, only written over, so that nobody who slept meanwhile makes it again
 * and believes to be the highest.
 */
export async function takeLock(dataDir: string): Promise<DataLock> {
  const me = await recordOf(process.pid);
  if (me === null)
    throw new SallyportError('BROKEN_INVARIANT', 'this process does not find itself');
  const mine = join(dataDir, `taking-${randomUUID()}`);
  await writeFile(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < triesMax; attempt += 1) {
      const number = (await highest(dataDir)) + 1;
      await refuseLiving(dataDir, number - 1);
      const path = lockPath(dataDir, number);
      if (!(await linked(mine, path))) continue;
      if ((await highest(dataDir)) === number) return await own(dataDir, number);
      await rm(path, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new SallyportError(
    'CONFLICT',
    `the lock of ${dataDir} changes hands too often; start one engine at a time`,
  );
}

const prefix = 'lock.';
const lockPath = (dataDir: string, number: number): string => join(dataDir, `${prefix}${number}`);

async function numbers(dataDir: string): Promise<readonly number[]> {
  const names = await readdir(dataDir);
  return names
    .filter((name) => /^lock\.\d{1,12}$/.test(name))
    .map((name) => Number(name.slice(prefix.length)));
}

/** 0 where there never was a lock. */
const highest = async (dataDir: string): Promise<number> =>
  Math.max(0, ...(await numbers(dataDir)));

async function refuseLiving(dataDir: string, number: number): Promise<void> {
  const owner = number === 0 ? null : await readRecord(lockPath(dataDir, number));
  if (owner === null || !(await isRunning(owner))) return;
  throw new SallyportError(
    'CONFLICT',
    `${dataDir} is in use by process ${owner.pid}; stop it, or choose another directory with --data`,
  );
}

/** A link appears whole or not at all, and never replaces another. */
async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function own(dataDir: string, number: number): Promise<DataLock> {
  const older = (await numbers(dataDir)).filter((each) => each < number);
  await Promise.all(older.map((each) => rm(lockPath(dataDir, each), { force: true })));
  return {
    release: async () => {
      const path = lockPath(dataDir, number);
      await writeFile(`${path}.released`, released, { mode: 0o600 });
      await rename(`${path}.released`, path);
    },
  };
}
