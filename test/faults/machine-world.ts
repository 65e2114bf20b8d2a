import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFaults, leaksAtRest, ledgerFaults, sequenced } from './checks.ts';
import { isReady } from './engine.ts';
import { approveAll } from './rounds.ts';
import { pause } from './servers.ts';
import { eventually, isAtRest, openWorld } from './world.ts';
import type { World, WorldOptions } from './world.ts';

const backLimitMs = 120_000;

export interface Verdict {
  readonly during: string;
  /** How the engine ended meanwhile; null where it went on. */
  readonly death: string | null;
  /** From the end of the fault until alerts are accepted again, and until nothing is under way. */
  readonly acceptsAfterMs: number | null;
  readonly restsAfterMs: number | null;
  readonly faults: readonly string[];
}

/** Puts a small file system at a folder. */
export type Mount = (dir: string, size: string, mode?: string) => void;

const place = '/tmp/sallyport-machine';

export interface OwnEngine extends Omit<WorldOptions, 'dataDir'> {
  /** The size of a file system of its own for its data; left out: they lie in a folder among others. */
  readonly disk?: string;
}

/** Plays a fault on an engine of its own. Whatever comes of it, its servers end, and its mounts and data go. */
export async function onOwnEngine(
  { disk, ...options }: OwnEngine,
  play: (world: World, mount: Mount) => Promise<Verdict>,
): Promise<Verdict> {
  const mounted: string[] = [];
  const mount: Mount = (dir, size, mode = '0711') => {
    mkdirSync(dir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=${mode}`, 'tmpfs', dir]);
    mounted.push(dir);
  };
  const unmountAll = (): void => {
    for (const dir of mounted.splice(0).toReversed()) execFileSync('umount', ['--lazy', dir]);
  };
  if (disk !== undefined) mount(place, disk);
  try {
    const world = await openWorld(disk === undefined ? options : { ...options, dataDir: place });
    try {
      return await play(world, mount);
    } finally {
      // A stopped one hears of no end.
      world.engine.signal('SIGCONT');
      await world.close(unmountAll);
    }
  } finally {
    unmountAll();
  }
}

/** Takes every byte that is left. */
export function fill(dir: string): () => void {
  const file = join(dir, 'filler');
  for (const size of [1_048_576, 4_096, 1])
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full, as it should be.
    }
  return () => rmSync(file, { force: true });
}

async function accepts(world: World): Promise<boolean> {
  const [alert] = world.plain(1);
  return alert !== undefined && (await world.knock(alert)) === 202;
}

/** After the fault: everything goes on by itself, and nothing that was accepted is lost. */
export async function aftermath(
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
  await world.insist([]);
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
export async function answersDuring(world: World, forMs: number): Promise<string> {
  const counts = new Map<string, number>();
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs) {
    const [alert] = world.plain(1);
    if (alert === undefined) break;
    const status = String(await world.knock(alert));
    counts.set(status, (counts.get(status) ?? 0) + 1);
    await pause(200);
  }
  const ready = await isReady(world.engine.url);
  return `${[...counts].map(([status, count]) => `${count} x ${status}`).join(', ')}; ready: ${ready}`;
}
