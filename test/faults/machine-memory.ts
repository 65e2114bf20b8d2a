import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aftermath, answersDuring, onOwnEngine } from './machine-world.ts';
import type { Verdict } from './machine-world.ts';
import { pause, startLoad } from './servers.ts';
import { eventually } from './world.ts';

const forMs = 30_000;
/** What an engine under load cannot do with. */
const heapMb = 64;
const poorWhile = '/tmp/sallyport-machine-poor';

/** Node's own limit: an engine that has no room left ends itself, and its successor goes on. */
export function heap(): Promise<Verdict> {
  const limit = `export NODE_OPTIONS=--max-old-space-size=${heapMb}`;
  const liftLimit = (): void => rmSync(poorWhile, { force: true });
  return onOwnEngine({ before: `[ ! -e ${poorWhile} ] || ${limit}` }, async (world) => {
    await world.engine.start();
    await world.insist([...world.plain(5), world.contained()]);
    await world.engine.stop();
    writeFileSync(poorWhile, '');
    const start = await world.engine.start().then(String, (error: Error) => error.message);
    const load = startLoad(world);
    const during = start === 'ready' ? await answersDuring(world, forMs) : start.slice(0, 200);
    liftLimit();
    return aftermath(world, during, load);
  }).finally(liftLimit);
}

/** A memory group below our own. */
function memoryGroup(): string {
  const own = /^\d+:memory:(.+)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (own === undefined) throw new Error('there is no memory cgroup of version 1');
  return join('/sys/fs/cgroup/memory', own, 'sallyport-machine');
}

const groupGoneLimitMs = 10_000;
const roomBytes = 16 * 1_048_576;

/** As little as the kernel can free at once, and hardly more: it refuses less. Much of what is in use is but kept from files. */
function tighten(dir: string, limit: string): void {
  const used = Number(readFileSync(join(dir, limit.replace('limit', 'usage')), 'utf8'));
  for (let bytes = Math.ceil(used / 2); ; bytes += roomBytes)
    try {
      return writeFileSync(join(dir, limit), String(bytes));
    } catch {
      // Too little: once more with more.
    }
}

function killsOf(dir: string): string {
  const text = readFileSync(join(dir, 'memory.oom_control'), 'utf8');
  return /oom_kill (\d+)/.exec(text)?.[1] ?? 'unknown';
}

/** Engine, PostgreSQL and Temporal share what soon is not enough for them: the kernel kills the largest. */
export async function memory(): Promise<Verdict> {
  const dir = memoryGroup();
  const limit = 'memory.limit_in_bytes';
  mkdirSync(dir, { recursive: true });
  const free = readFileSync(join(dir, limit), 'utf8').trim();
  try {
    return await onOwnEngine({ before: `echo $$ > ${dir}/cgroup.procs` }, async (world) => {
      await world.engine.start();
      const load = startLoad(world);
      await pause(2_000);
      tighten(dir, limit);
      const answers = await answersDuring(world, forMs);
      const during = `${answers}; killed by the kernel: ${killsOf(dir)}`;
      writeFileSync(join(dir, limit), free);
      return aftermath(world, during, load);
    });
  } finally {
    // What was in it may still be ending.
    await eventually(async () => rmdirSync(dir) === undefined, groupGoneLimitMs);
  }
}
