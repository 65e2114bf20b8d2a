import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { clockBack, clockForward } from './machine-clock.ts';
import { heap, memory } from './machine-memory.ts';
import { aftermath, answersDuring, fill, onOwnEngine } from './machine-world.ts';
import type { Verdict } from './machine-world.ts';
import { pause, startLoad } from './servers.ts';

/**
 * What the machine does to an engine, each on an engine of its own, with what came of it. Needs root, `mount`, a memory
 * cgroup and, for the clock, a C compiler.
 *
 *   node test/faults/machine.ts [--only disk,wal,log,descriptors,sleep,read-only,memory,heap,clock-back,clock-forward]
 */
const { values } = parseArgs({ options: { only: { type: 'string' } } });

const sleepMs = 60_000;

const disk = (): Promise<Verdict> =>
  onOwnEngine({ disk: '400m' }, async (world) => {
    await world.engine.start();
    await world.insist([...world.plain(5), world.contained()]);
    const load = startLoad(world);
    await pause(2_000);
    const free = fill(world.dataDir);
    const during = await answersDuring(world, 15_000);
    free();
    return aftermath(world, during, load);
  });

/** The write-ahead log on a disk of its own, which is full: nothing can be committed, whatever room the data has. */
const wal = (): Promise<Verdict> =>
  onOwnEngine({}, async (world, mount) => {
    await world.engine.start();
    await world.insist([...world.plain(5), world.contained()]);
    await world.engine.stop();
    const dir = readFileSync(join(world.dataDir, 'postgres.path'), 'utf8').trim();
    const segments = join(dir, 'pg_wal');
    const owner = statSync(segments);
    const kept = join(world.dataDir, 'wal-kept');
    cpSync(segments, kept, { recursive: true });
    mount(segments, '120m', '0700');
    cpSync(kept, segments, { recursive: true });
    rmSync(kept, { recursive: true });
    execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, segments]);
    await world.engine.start();
    const load = startLoad(world);
    await pause(2_000);
    const free = fill(segments);
    // The segments that are there are used up first.
    for (let turn = 0; turn < segmentsMax; turn += 1)
      await world.engine.query('select pg_switch_wal()').catch(() => undefined);
    const during = await answersDuring(world, 15_000);
    free();
    return aftermath(world, during, load);
  });

const segmentsMax = 10;

const log = (): Promise<Verdict> =>
  onOwnEngine({ disk: '400m' }, async (world, mount) => {
    const logs = join(world.dataDir, 'logs');
    mount(logs, '64k');
    const free = fill(logs);
    await world.engine.start();
    const load = startLoad(world);
    const during = await answersDuring(world, 10_000);
    free();
    return aftermath(world, during, load);
  });

const sleep = (): Promise<Verdict> =>
  onOwnEngine({}, async (world) => {
    await world.engine.start();
    const load = startLoad(world);
    await pause(2_000);
    world.engine.signal('SIGSTOP');
    await pause(sleepMs);
    world.engine.signal('SIGCONT');
    return aftermath(world, `stopped for ${sleepMs} ms`, load);
  });

const descriptorsMax = 320;

const descriptors = (): Promise<Verdict> =>
  onOwnEngine({ before: `ulimit -n ${descriptorsMax}` }, async (world) => {
    await world.engine.start();
    const load = startLoad(world);
    const { port } = new URL(world.engine.url);
    const sockets: Socket[] = [];
    for (let index = 0; index < descriptorsMax; index += 1)
      sockets.push(connect(Number(port), '127.0.0.1').on('error', () => undefined));
    const during = await answersDuring(world, 15_000);
    for (const socket of sockets) socket.destroy();
    return aftermath(world, during, load);
  });

const readOnly = (): Promise<Verdict> =>
  onOwnEngine({ disk: '400m' }, async (world) => {
    await world.engine.start();
    await world.insist(world.plain(3));
    await world.engine.stop();
    execFileSync('mount', ['-o', 'remount,ro', world.dataDir]);
    const during = await world.engine.start().then(String, (error: Error) => error.message);
    execFileSync('mount', ['-o', 'remount,rw', world.dataDir]);
    await world.engine.start();
    return aftermath(world, during, { stop: async () => undefined });
  });

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
