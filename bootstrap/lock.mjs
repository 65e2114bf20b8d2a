import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { say } from './say.mjs';

const pollMs = 250;
/** A lock without an owner's name is being made right now, or its maker was killed between two lines. */
const namelessMs = 5_000;

/** One bootstrap at a time does `work`; the lock of a dead process is taken over. */
export async function withLock(folder, name, work) {
  const lock = join(folder, 'locks', `${name}.lock`);
  mkdirSync(join(folder, 'locks'), { recursive: true });
  await acquire(lock, name);
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

async function acquire(lock, name) {
  let told = false;
  while (!created(lock)) {
    const owner = ownerOf(lock);
    if (owner === undefined || !alive(owner)) await takeOver(lock);
    else if (!told) {
      say(`waiting for process ${owner.pid}, which prepares the same thing (${name})`);
      told = true;
    }
    await pause(pollMs);
  }
  writeFileSync(
    join(lock, 'owner.json'),
    JSON.stringify({ pid: process.pid, started: startOf(process.pid) }),
  );
}

function created(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Two waiters may see the same dead owner: a second lock lets one of them judge and remove, and it looks again. */
async function takeOver(lock) {
  const guard = `${lock}.takeover`;
  if (!created(guard)) {
    if (ageMs(guard) > namelessMs) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    const owner = ownerOf(lock);
    const abandoned = owner === undefined ? ageMs(lock) > namelessMs : !alive(owner);
    if (abandoned) rmSync(lock, { recursive: true, force: true });
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

function ownerOf(lock) {
  try {
    return JSON.parse(readFileSync(join(lock, 'owner.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function ageMs(path) {
  return existsSync(path) ? Date.now() - statSync(path).mtimeMs : 0;
}

/** A pid alone may have been given to another process since. */
function alive({ pid, started }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return started === '' || startOf(pid) === started;
}

function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
