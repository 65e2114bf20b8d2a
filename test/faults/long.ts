import { parseArgs } from 'node:util';
import { failpoints } from '../../platform/failpoint.ts';
import { findFaults, leaksAtRest, ledgerFaults, sequenced } from './checks.ts';
import { approveAll, playRound, summaryOf } from './rounds.ts';
import type { Row } from './rounds.ts';
import { killAt, killRecovery } from './servers.ts';
import { eventually, isAtRest, openWorld } from './world.ts';
import type { World } from './world.ts';

/**
 * The long form of the fault battery: kills at every point and at seeded instants until there were that many.
 *
 *   node test/faults/long.ts [--kills 1000] [--seed 1] [--minutes 600]
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
  },
});

/** Mulberry32: small, and the same numbers for the same seed everywhere. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const points = failpoints.filter((point) => !point.startsWith('reap-'));
const victims = ['engine', 'postgres', 'temporal', 'everything'] as const;
const instantMsMax = 3_000;
/** Of ten turns so many go to instants under load, each victim in its turn, every third of them again in the recovery. */
const instantsOfTen = 5;

interface Turns {
  readonly point: number;
  readonly instant: number;
}

async function playTurn(world: World, roll: () => number, past: Turns): Promise<readonly Row[]> {
  if (past.point > 0 && past.point % points.length === 0 && past.instant % victims.length === 0)
    return killRecovery(world);
  if (roll() * 10 < instantsOfTen) {
    const victim = victims[past.instant % victims.length] ?? 'engine';
    const again = past.instant % 3 === 2 ? [roll() * instantMsMax, roll() * instantMsMax] : [];
    return [await killAt(world, victim, [roll() * instantMsMax, ...again])];
  }
  const point = points[past.point % points.length];
  return point === undefined ? [] : [await playRound(world, point)];
}

const isInstant = (row: Row): boolean => row.point.includes('under load');

const after = (turns: Turns, played: readonly Row[]): Turns =>
  played.some(isInstant)
    ? { ...turns, instant: turns.instant + 1 }
    : { ...turns, point: turns.point + 1 };

/** The first kill, and those in its recovery. */
const killsOf = (row: Row): number =>
  row.point.endsWith('again in recovery') || row.point.endsWith('twice in a row') ? 3 : 1;

const checkEvery = 25;
const restLimitMs = 300_000;

/** Stops at the first fault, close to what caused it. */
async function checkNow(world: World): Promise<void> {
  await approveAll(world);
  // What is still under way is no fault yet.
  if (!(await eventually(() => isAtRest(world.engine), restLimitMs)))
    throw new Error('it never came to rest');
  const faults = await findFaults(world);
  if (faults.length > 0) throw new Error(faults.join('; '));
}

async function main(): Promise<number> {
  const world = await openWorld();
  const roll = dice(Number(values.seed));
  const rows: Row[] = [];
  let wasFine = false;
  try {
    await world.engine.start();
    const untilMs = performance.now() + Number(values.minutes) * 60_000;
    let [turns, kills] = [{ point: 0, instant: 0 }, 0];
    for (; kills < Number(values.kills) && performance.now() < untilMs;) {
      const played = await playTurn(world, roll, turns);
      rows.push(...played);
      for (const row of played) {
        kills += killsOf(row);
        process.stdout.write(`${JSON.stringify({ ...row, kills })}\n`);
      }
      turns = after(turns, played);
      if (rows.length % checkEvery === 0) await checkNow(world);
    }
    await approveAll(world);
    const entries = await sequenced(world);
    const faults = [
      ...(await findFaults(world)),
      ...rows
        .filter((row) => row.doneMs === null || !row.killed)
        .map((row) => `${row.point}: not met, or never done`),
    ];
    await world.engine.stop();
    faults.push(...(await ledgerFaults(world, entries)), ...(await leaksAtRest(world)));
    process.stdout.write(
      `${summaryOf(rows)}${kills} kills, seed ${values.seed}, ${world.accepted.size} alerts, ${faults.length} faults\n`,
    );
    for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
    wasFine = faults.length === 0;
    return wasFine ? 0 : 1;
  } finally {
    // What went wrong is read from what it left.
    if (wasFine) await world.close();
    else await world.leave();
  }
}

process.exitCode = await main();
