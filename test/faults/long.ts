import { parseArgs } from 'node:util';
import { failpoints } from '../../platform/failpoint.ts';
import { findFaults, leaksAtRest, ledgerFaults, sequenced } from './checks.ts';
import { approveAll, playRound, tableOf } from './rounds.ts';
import type { Row } from './rounds.ts';
import { killEngine, killEverything, killRecovery, killServer } from './servers.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/**
 * The long form of the fault battery: kills at every point and at seeded instants until there were that many.
 *
 *   node test/faults/long.ts [--kills 1000] [--seed 1]
 */
const { values } = parseArgs({
  options: { kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
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
const instantMsMax = 2_000;

/** One turn in ten goes to each server, to everything and to the recovery; the rest to the points, each in its turn. */
async function playTurn(world: World, roll: () => number, turn: number): Promise<readonly Row[]> {
  const which = Math.floor(roll() * 20);
  if (which === 0) return [await killServer(world, 'postgres')];
  if (which === 1) return [await killServer(world, 'temporal')];
  if (which === 2) return [await killEverything(world)];
  if (which === 3) return killRecovery(world);
  if (which < 6) return [await killEngine(world, roll() * instantMsMax)];
  const point = points[turn % points.length];
  return point === undefined ? [] : [await playRound(world, point)];
}

const checkEvery = 25;

async function main(): Promise<number> {
  const world = await openWorld();
  const roll = dice(Number(values.seed));
  const rows: Row[] = [];
  try {
    await world.engine.start();
    for (let turn = 0; rows.length < Number(values.kills); turn += 1) {
      const played = await playTurn(world, roll, turn);
      rows.push(...played);
      for (const row of played) process.stdout.write(`${JSON.stringify(row)}\n`);
      if (turn % checkEvery === checkEvery - 1) await approveAll(world);
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
      `${tableOf(rows)}${rows.length} kills, seed ${values.seed}, ${world.accepted.size} alerts, ${faults.length} faults\n`,
    );
    for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await world.close();
  }
}

process.exitCode = await main();
