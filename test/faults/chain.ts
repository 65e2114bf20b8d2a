import type { Failpoint } from '../../platform/failpoint.ts';
import { isReady } from './engine.ts';
import type { Server } from './engine.ts';
import { interruptedBy, type Recovery } from './late.ts';
import { startPeople } from './people.ts';
import type { People } from './people.ts';
import { killAll, killPid, pause, startLoad } from './servers.ts';
import type { Load } from './servers.ts';
import { eventually, isAtRest } from './world.ts';
import type { World } from './world.ts';

/** One kill of a chain: where the engine meets a point, or a while after the last recovery began. */
export type Stop =
  | { readonly point: Failpoint }
  | { readonly victim: 'engine' | 'everything' | Server; readonly afterMs: number };

/** One kill and what came of it. Times in milliseconds. */
export interface Kill {
  readonly name: string;
  /** False: the point was not met in time, and the engine was killed where it stood. */
  readonly met: boolean;
  /** From the next start (of a server: from its kill) to `/readyz` 200; null where the next kill came before. */
  readonly readyMs: number | null;
  /** Of a chain's last kill: how many accepted alerts it left without a ticket. */
  readonly interrupted?: number | undefined;
  /** From `/readyz` 200 until the last of those had its ticket, and until nothing was under way. */
  readonly ticketedMs?: number | undefined;
  readonly restMs?: number | null | undefined;
  /** What happened to the last of them, where it was late. */
  readonly late?: readonly string[] | undefined;
}

const reachLimitMs = 20_000;
const backLimitMs = 60_000;
export const restLimitMs = 300_000;

export const nameOf = (stop: Stop): string =>
  'point' in stop ? stop.point : `${stop.victim} at an instant`;

interface Chain extends Recovery {
  readonly world: World;
  readonly people: People;
  readonly kills: Kill[];
  isUp: boolean;
  killedAtMs: number;
  readyAtMs: number;
}

/** Kills in a row while alerts come in and people decide; each but the first falls into the recovery from the last. */
export async function playChain(world: World, stops: readonly Stop[]): Promise<readonly Kill[]> {
  const people = startPeople(world);
  const chain: Chain = { world, people, kills: [], isUp: true, killedAtMs: 0, readyAtMs: 0 };
  const load = startLoad(world, { everyMs: chainEveryMs });
  await pause(warmMs);
  for (const stop of stops) {
    chain.people.wantUndo('point' in stop && stop.point.startsWith('undo-'));
    await ('point' in stop ? dieAt(chain, stop.point) : dieAfter(chain, stop));
  }
  await comeToRest(chain, load);
  return chain.kills;
}

const chainEveryMs = 100;
/** Enough for a batch or two to be on their way at the first kill. */
const warmMs = 600;

async function dieAt(chain: Chain, point: Failpoint): Promise<void> {
  const { engine } = chain.world;
  if (chain.isUp) await engine.arm(point);
  else await revive(chain, point);
  const met = !chain.isUp || (await engine.killedWithin(reachLimitMs));
  if (!met) await engine.kill();
  chain.isUp = false;
  noteKill(chain, point, met);
}

/** Starts the engine again; how long that took belongs to the kill before. */
async function revive(chain: Chain, point?: Failpoint): Promise<void> {
  const startMs = performance.now();
  chain.isUp = (await chain.world.engine.start(point)) === 'ready';
  if (chain.isUp) noteReady(chain, performance.now() - startMs);
}

function noteKill(chain: Chain, name: string, met: boolean): void {
  chain.killedAtMs = Date.now();
  chain.kills.push({ name, met, readyMs: null });
}

function noteReady(chain: Chain, readyMs: number): void {
  chain.readyAtMs = Date.now();
  const last = chain.kills.pop();
  if (last !== undefined) chain.kills.push({ ...last, readyMs: Math.round(readyMs) });
}

async function dieAfter(chain: Chain, stop: Extract<Stop, { victim: unknown }>): Promise<void> {
  if (stop.victim === 'postgres' || stop.victim === 'temporal') {
    if (!chain.isUp) await revive(chain);
    await pause(stop.afterMs);
    return loseServer(chain, stop.victim);
  }
  const reviving = chain.isUp ? Promise.resolve() : revive(chain);
  await pause(stop.afterMs);
  await (stop.victim === 'engine' ? chain.world.engine.kill() : killAll(chain.world));
  await reviving;
  chain.isUp = false;
  noteKill(chain, nameOf(stop), true);
}

/** The engine brings its server back by itself. */
async function loseServer(chain: Chain, server: Server): Promise<void> {
  const { engine } = chain.world;
  const pid = await engine.pidOf(server);
  killPid(pid);
  const startMs = performance.now();
  noteKill(chain, `${server} at an instant`, true);
  const isBack = async (): Promise<boolean> =>
    (await engine.pidOf(server)) !== pid && isReady(engine.url);
  if (await eventually(isBack, backLimitMs)) noteReady(chain, performance.now() - startMs);
}

async function comeToRest(chain: Chain, load: Load): Promise<void> {
  const { world, people } = chain;
  if (!chain.isUp) await revive(chain);
  await load.stop();
  await people.stop();
  const rested = await eventually(() => isAtRest(world.engine), restLimitMs);
  const restMs = rested ? Date.now() - chain.readyAtMs : null;
  const { count, ...interrupted } = await interruptedBy(world.engine, chain);
  const last = chain.kills.pop();
  if (last !== undefined) chain.kills.push({ ...last, interrupted: count, ...interrupted, restMs });
}
