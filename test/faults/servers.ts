import { once } from 'node:events';
import { isReady } from './engine.ts';
import type { Server } from './engine.ts';
import { recover } from './rounds.ts';
import type { Row } from './rounds.ts';
import { eventually, isAtRest } from './world.ts';
import type { World } from './world.ts';

interface Load {
  /** Ends when every alert that was sent is accepted. */
  stop(): Promise<void>;
}

const everyMs = 50;

/** About twenty alerts a second from senders that lose nothing. */
function startLoad(world: World): Load {
  const sends: Promise<void>[] = [];
  const sendNext = (): void => {
    const turn = sends.length;
    const [plain] = world.plain(1);
    const alert = turn % 20 === 0 ? world.contained() : turn % 5 === 0 ? world.repeated() : plain;
    if (alert !== undefined) sends.push(world.insist([alert]));
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

/** Kills an embedded server under load. The engine must come back by itself, and nobody starts anything. */
export async function killServer(world: World, server: Server): Promise<Row> {
  const load = startLoad(world);
  await untilBusy(world);
  const pid = await world.engine.pidOf(server);
  const killedMs = performance.now();
  process.kill(pid, 'SIGKILL');
  const back = await eventually(
    async () => (await world.engine.pidOf(server)) !== pid && isReady(world.engine.url),
    backLimitMs,
  );
  const readyMs = performance.now();
  await load.stop();
  const done = await eventually(() => isAtRest(world.engine), restLimitMs);
  return {
    point: `${server} under load`,
    killed: true,
    readyMs: back ? Math.round(readyMs - killedMs) : null,
    doneMs: done ? Math.round(performance.now() - readyMs) : null,
  };
}

/** Engine, PostgreSQL and Temporal at one instant, under load. */
export async function killEverything(world: World): Promise<Row> {
  const load = startLoad(world);
  await untilBusy(world);
  const pids = [await world.engine.pidOf('postgres'), await world.engine.pidOf('temporal')];
  const dead = world.engine.kill();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await dead;
  return recover(world, { point: 'everything under load', killed: true, goOn: () => load.stop() });
}

/** The engine alone, so long after the load began to hurt. */
export async function killEngine(world: World, instantMs: number): Promise<Row> {
  const load = startLoad(world);
  await untilBusy(world);
  await once(AbortSignal.timeout(instantMs), 'abort');
  await world.engine.kill();
  return recover(world, { point: 'engine under load', killed: true, goOn: () => load.stop() });
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
