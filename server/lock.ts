import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import { isRunning, readRecord, recordOf } from './process-record.ts';

export interface DataLock {
  release(): Promise<void>;
}

const triesMax = 10;

/**
 * One data directory, one engine. A lock whose owner is dead is taken over. Throws CONFLICT, which names the owner,
 * while it lives.
 */
export async function takeLock(dataDir: string): Promise<DataLock> {
  const path = join(dataDir, 'lock');
  const mine = `${path}.${randomUUID()}`;
  const me = await recordOf(process.pid);
  if (me === null) throw new SallyportError('BROKEN_INVARIANT', 'this process does not find itself');
  await writeFile(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < triesMax; attempt += 1) {
      // A link appears whole or not at all, and never replaces another.
      if (await linked(mine, path)) return { release: () => releaseLock(path, JSON.stringify(me)) };
      await clearDead(path, dataDir);
    }
  } finally {
    await rm(mine, { force: true });
  }
  throw new SallyportError('CONFLICT', `the lock of ${dataDir} changes hands too often; start one engine at a time`);
}

async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

/** Moved aside before it is removed: if it was another one by then, taken meanwhile, it goes back. */
async function clearDead(path: string, dataDir: string): Promise<void> {
  const owner = await readRecord(path);
  if (owner !== null && (await isRunning(owner))) {
    throw new SallyportError('CONFLICT', `${dataDir} is in use by process ${owner.pid}; stop it, or choose another directory with --data`);
  }
  const aside = `${path}.${randomUUID()}`;
  if (!(await rename(path, aside).then(() => true, () => false))) return;
  const moved = await readRecord(aside);
  if (moved !== null && (await isRunning(moved))) await linked(aside, path);
  await rm(aside, { force: true });
}

async function releaseLock(path: string, mine: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text === mine) await rm(path, { force: true });
}
