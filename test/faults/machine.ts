import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { send } from './alerts.ts';
import { findFaults, leaksAtRest, ledgerFaults, sequenced } from './checks.ts';
import { isReady } from './engine.ts';
import { approveAll } from './rounds.ts';
import { startLoad } from './servers.ts';
import { eventually, isAtRest, openWorld } from './world.ts';
import type { World } from './world.ts';

/**
 * What the machine does to an engine, each on an engine of its own, with what came of it. Needs root and `mount`.
 *
 *   node test/faults/machine.ts [--only disk,log,descriptors,sleep,read-only]
 */
const { values } = parseArgs({ options: { only: { type: 'string' } } });

const place = '/tmp/sallyport-machine';
const backLimitMs = 120_000;
const sleepMs = 60_000;

interface Verdict {
  readonly during: string;
  /** How the engine ended meanwhile; null where it went on. */
  readonly death: string | null;
  /** From the end of the fault until alerts are accepted again, and until nothing is under way. */
  readonly acceptsAfterMs: number | null;
  readonly restsAfterMs: number | null;
  readonly faults: readonly string[];
}

const pause = async (ms: number): Promise<void> =>
  void (await once(AbortSignal.timeout(ms), 'abort'));

function mount(dir: string, size: string): void {
  mkdirSync(dir, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0711`, 'tmpfs', dir]);
}

const unmount = (dir: string): void => void execFileSync('umount', ['--lazy', dir]);

/** Takes every byte that is left. */
function fill(dir: string): () => void {
  const file = join(dir, 'filler');
  try {
    for (const size of [1_048_576, 4_096, 1])
      try {
        for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // Full, as it should be.
      }
  } catch {
    // As above.
  }
  return () => rmSync(file, { force: true });
}

async function accepts(world: World): Promise<boolean> {
  const [alert] = world.plain(1);
  return alert !== undefined && (await world.offer([alert])).length === 0;
}

/** After the fault: everything goes on by itself, and nothing that was accepted is lost. */
async function aftermath(
  world: World,
  during: string,
  load: { stop(): Promise<void> },
): Promise<Verdict> {
  const death = await world.engine.ended();
  const overMs = performance.now();
  if (death !== null) await world.engine.start();
  const since = (): number => Math.round(performance.now() - overMs);
  const back = await eventually(() => accepts(world), backLimitMs);
  const acceptsAfterMs = back ? since() : null;
  await load.stop();
  const rested = await eventually(() => isAtRest(world.engine), backLimitMs);
  const restsAfterMs = rested ? since() : null;
  await approveAll(world);
  const entries = await sequenced(world);
  const found = [...(await findFaults(world))];
  await world.engine.stop();
  found.push(...(await ledgerFaults(world, entries)), ...(await leaksAtRest(world)));
  return { during, death, acceptsAfterMs, restsAfterMs, faults: found };
}

/** How alerts are answered while it lasts. */
async function answersDuring(world: World, forMs: number): Promise<string> {
  const counts = new Map<string, number>();
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs) {
    const [alert] = world.plain(1);
    if (alert === undefined) break;
    const status = String(await send(world.engine.url, alert));
    if (status === '202') await world.insist([alert]);
    counts.set(status, (counts.get(status) ?? 0) + 1);
    await pause(200);
  }
  const ready = await isReady(world.engine.url);
  return `${[...counts].map(([status, count]) => `${count} x ${status}`).join(', ')}; ready: ${ready}`;
}

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

const all = { disk, log, sleep, descriptors, 'read-only': readOnly } as const;

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
