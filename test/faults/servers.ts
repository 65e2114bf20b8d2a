import { once } from 'node:events';
import { isReady } from './engine.ts';
import type { Server } from './engine.ts';
import { recover } from './rounds.ts';
import type { Row } from './rounds.ts';
import { eventually, isAtRest } from './world.ts';
import type { World } from './world.ts';

export interface Load {
  /** Ends when every alert that was sent is accepted. */
  stop(): Promise<void>;
}

const outstandingMax = 32;

interface LoadOptions {
  readonly everyMs?: number;
  /** False: none of the alerts leads to a gate. */
  readonly gates?: boolean;
}

/** Twenty alerts a second, or as many as are wanted, from senders that lose nothing. */
export function startLoad(world: World, { everyMs = 50, gates = true }: LoadOptions = {}): Load {
  const sends: Promise<void>[] = [];
  let outstanding = 0;
  const sendNext = (): void => {
    // While nobody answers a sender queues: it does not knock with everything at once.
    if (outstanding >= outstandingMax) return;
    const turn = sends.length;
    const [plain] = world.plain(1);
    const alert =
      gates && turn % 20 === 0 ? world.contained() : turn % 5 === 0 ? world.repeated() : plain;
    if (alert === undefined) return;
    outstanding += 1;
    sends.push(world.insist([alert]).finally(() => (outstanding -= 1)));
  };
  const timer = setInterval(sendNext, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(sends);
    },
  };
}

const underWayLimitMs = 20_000;
const backLimitMs = 60_000;
const restLimitMs = 90_000;

/** Until alerts are accepted and batches are on their way: the moment at which a kill hurts. */
async function untilBusy(world: World): Promise<void> {
  const before = world.accepted.size;
  await eventually(async () => {
    const [row] = await world.engine.query<{ open: number }>(
      'select count(*) as open from batches where closed_at is null',
    );
    return world.accepted.size >= before + 10 && (row?.open ?? 0) > 0;
  }, underWayLimitMs);
}

export type Victim = 'engine' | 'everything' | Server;

export const pause = async (ms: number): Promise<void> =>
  void (await once(AbortSignal.timeout(Math.max(1, Math.round(ms))), 'abort'));

/** Kills a victim under load, `instantsMs[0]` after the load began to hurt, and again that long into each recovery. */
export async function killAt(
  world: World,
  victim: Victim,
  instantsMs: readonly number[] = [0],
): Promise<Row> {
  const load = startLoad(world);
  await untilBusy(world);
  await pause(instantsMs[0] ?? 0);
  const point = `${victim} under load${instantsMs.length > 1 ? ', again in recovery' : ''}`;
  return victim === 'postgres' || victim === 'temporal'
    ? killServers(world, { victim, point, load, instantsMs })
    : killEngines(world, { victim, point, load, instantsMs });
}

interface Killing<Who extends Victim> {
  readonly victim: Who;
  readonly point: string;
  readonly load: Load;
  readonly instantsMs: readonly number[];
}

async function killEngines(
  world: World,
  { victim, point, load, instantsMs }: Killing<'engine' | 'everything'>,
): Promise<Row> {
  const kill = (): Promise<void> => (victim === 'engine' ? world.engine.kill() : killAll(world));
  await kill();
  for (const instantMs of instantsMs.slice(1)) {
    const started = world.engine.start();
    await pause(instantMs);
    await kill();
    await started;
  }
  return recover(world, { point, killed: true, goOn: () => load.stop() });
}

/** Engine, PostgreSQL and Temporal at one instant, as far as they are there. */
export async function killAll(world: World): Promise<void> {
  const pids = await Promise.all(
    (['postgres', 'temporal'] as const).map((server) =>
      world.engine.pidOf(server).catch(() => null),
    ),
  );
  const dead = world.engine.kill();
  for (const pid of pids) if (pid !== null) killPid(pid);
  await dead;
}

export function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}

/** The engine must bring its server back by itself, and nobody starts anything. */
async function killServers(
  world: World,
  { victim, point, load, instantsMs }: Killing<Server>,
): Promise<Row> {
  let pid = await world.engine.pidOf(victim);
  killPid(pid);
  const isAnother = async (): Promise<boolean> => (await world.engine.pidOf(victim)) !== pid;
  for (const instantMs of instantsMs.slice(1)) {
    await eventually(isAnother, backLimitMs);
    await pause(instantMs);
    pid = await world.engine.pidOf(victim);
    killPid(pid);
  }
  const killedMs = performance.now();
  const back = await eventually(
    async () => (await isAnother()) && isReady(world.engine.url),
    backLimitMs,
  );
  const readyMs = performance.now();
  await load.stop();
  const done = await eventually(() => isAtRest(world.engine), restLimitMs);
  return {
    point,
    killed: true,
    readyMs: back ? Math.round(readyMs - killedMs) : null,
    doneMs: done ? Math.round(performance.now() - readyMs) : null,
  };
}

/** Killed with a batch that nothing hosts, then twice more while the reaper takes it apart. */
export async function killRecovery(world: World): Promise<readonly Row[]> {
  await world.engine.arm('stamp-after-commit');
  const missing = await world.offer(world.plain(5));
  const met = [await world.engine.killedWithin(underWayLimitMs)];
  for (const point of ['reap-before-commit', 'reap-after-commit'] as const) {
    met.push(
      (await world.engine.start(point)) === 'dead' ||
        (await world.engine.killedWithin(underWayLimitMs)),
    );
    if (met.at(-1) !== true) await world.engine.kill();
  }
  return [
    await recover(world, {
      point: 'reaping, twice in a row',
      killed: met.every(Boolean),
      goOn: () => world.insist(missing),
    }),
  ];
}
