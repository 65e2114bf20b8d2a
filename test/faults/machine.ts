import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clockBack, clockForward } from './machine-clock.ts';
import { heap, memory } from './machine-memory.ts';
import { aftermath, answersDuring, fill, mount, unmount } from './machine-world.ts';
import type { Verdict } from './machine-world.ts';
import { pause, startLoad } from './servers.ts';
import { openWorld } from './world.ts';

/**
 * What the machine does to an engine, each on an engine of its own, with what came of it. Needs root, `mount`, a memory
 * cgroup and, for the clock, a C compiler.
 *
 *   node test/faults/machine.ts [--only disk,wal,log,descriptors,sleep,read-only,memory,heap,clock-back,clock-forward]
 */
const { values } = parseArgs({ options: { only: { type: 'string' } } });

const place = '/tmp/sallyport-machine';
const sleepMs = 60_000;

async function disk(): Promise<Verdict> {
  mount(place, '400m');
  const world = await openWorld({ dataDir: place });
  await world.engine.start();
  await world.insist([...world.plain(5), world.contained()]);
  const load = startLoad(world);
  await pause(2_000);
  const free = fill(place);
  const during = await answersDuring(world, 15_000);
  free();
  return aftermath(world, during, load).finally(() => unmount(place));
}

/** The write-ahead log on a disk of its own, which is full: nothing can be committed, whatever room the data has. */
async function wal(): Promise<Verdict> {
  const world = await openWorld();
  await world.engine.start();
  await world.insist([...world.plain(5), world.contained()]);
  await world.engine.stop();
  const dir = readFileSync(join(world.dataDir, 'postgres.path'), 'utf8').trim();
  const log = join(dir, 'pg_wal');
  const owner = statSync(log);
  const kept = join(world.dataDir, 'wal-kept');
  cpSync(log, kept, { recursive: true });
  mount(log, '120m', '0700');
  cpSync(kept, log, { recursive: true });
  rmSync(kept, { recursive: true });
  execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, log]);
  await world.engine.start();
  const load = startLoad(world);
  await pause(2_000);
  const free = fill(log);
  // The segments that are there are used up first.
  for (let turn = 0; turn < segmentsMax; turn += 1)
    await world.engine.query('select pg_switch_wal()').catch(() => undefined);
  const during = await answersDuring(world, 15_000);
  free();
  return aftermath(world, during, load).finally(() => unmount(log));
}

const segmentsMax = 10;

async function log(): Promise<Verdict> {
  mount(place, '400m');
  mount(join(place, 'logs'), '64k');
  const world = await openWorld({ dataDir: place });
  const free = fill(join(place, 'logs'));
  await world.engine.start();
  const load = startLoad(world);
  const during = await answersDuring(world, 10_000);
  free();
  return aftermath(world, during, load).finally(() => {
    unmount(join(place, 'logs'));
    unmount(place);
  });
}

async function sleep(): Promise<Verdict> {
  const world = await openWorld();
  await world.engine.start();
  const load = startLoad(world);
  await pause(2_000);
  world.engine.signal('SIGSTOP');
  await pause(sleepMs);
  world.engine.signal('SIGCONT');
  return aftermath(world, `stopped for ${sleepMs} ms`, load);
}

const descriptorsMax = 320;

async function descriptors(): Promise<Verdict> {
  const world = await openWorld({ before: `ulimit -n ${descriptorsMax}` });
  await world.engine.start();
  const load = startLoad(world);
  const { port } = new URL(world.engine.url);
  const sockets: Socket[] = [];
  for (let index = 0; index < descriptorsMax; index += 1)
    sockets.push(connect(Number(port), '127.0.0.1').on('error', () => undefined));
  const during = await answersDuring(world, 15_000);
  for (const socket of sockets) socket.destroy();
  return aftermath(world, during, load);
}

async function readOnly(): Promise<Verdict> {
  mount(place, '400m');
  const world = await openWorld({ dataDir: place });
  await world.engine.start();
  await world.insist(world.plain(3));
  await world.engine.stop();
  execFileSync('mount', ['-o', 'remount,ro', place]);
  const during = await world.engine.start().then(String, (error: Error) => error.message);
  execFileSync('mount', ['-o', 'remount,rw', place]);
  await world.engine.start();
  return aftermath(world, during, { stop: async () => undefined }).finally(() => unmount(place));
}

const all = {
  disk,
  wal,
  log,
  sleep,
  descriptors,
  'read-only': readOnly,
  memory,
  heap,
  'clock-back': clockBack,
  'clock-forward': clockForward,
} as const;

async function main(): Promise<number> {
  if (process.getuid?.() !== 0) {
    process.stdout.write('skipped: mounting a small file system needs root\n');
    return 0;
  }
  const only = values.only?.split(',');
  let faults = 0;
  for (const [name, play] of Object.entries(all)) {
    if (only !== undefined && !only.includes(name)) continue;
    const verdict = await play();
    faults += verdict.faults.length;
    process.stdout.write(`${JSON.stringify({ fault: name, ...verdict })}\n`);
  }
  return faults === 0 ? 0 : 1;
}

process.exitCode = await main();
