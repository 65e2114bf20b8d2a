import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFaults, leaksAtRest, ledgerFaults, sequenced } from './checks.ts';
import { isReady } from './engine.ts';
import { approveAll } from './rounds.ts';
import { pause } from './servers.ts';
import { eventually, isAtRest } from './world.ts';
import type { World } from './world.ts';

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

export function mount(dir: string, size: string, mode: string = '0711'): void {
  mkdirSync(dir, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=${mode}`, 'tmpfs', dir]);
}

export const unmount = (dir: string): void => void execFileSync('umount', ['--lazy', dir]);

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
