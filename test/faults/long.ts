import { appendFileSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { playChain, restLimitMs } from './chain.ts';
import type { Kill } from './chain.ts';
import { findFaults, leaksAtRest, ledgerFaults, sequenced } from './checks.ts';
import { chains } from './deck.ts';
import { killTable } from './kill-table.ts';
import { approveAll } from './rounds.ts';
import { eventually, isAtRest, openWorld } from './world.ts';
import type { World } from './world.ts';

/**
 * The long form of the fault battery: chains of kills under load, at every point and at seeded instants, until there
 * were that many. Each kill is a line of `--out`. SIGUSR1 prints the table so far, SIGINT ends after this chain, and
 * `--table` sums up the lines of several runs without an engine.
 *
 *   node test/faults/long.ts [--kills 1000] [--seed 1] [--minutes 600] [--out FILE]
 *   node test/faults/long.ts --table FILE [--table FILE]
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '600' },
    out: { type: 'string' },
    table: { type: 'string', multiple: true },
  },
});

const killSchema = z.object({
  name: z.string(),
  met: z.boolean(),
  readyMs: z.number().nullable(),
  interrupted: z.number().optional(),
  ticketedMs: z.number().optional(),
  restMs: z.number().nullable().optional(),
  late: z.array(z.string()).optional(),
});
const verdictSchema = z.object({ verdict: z.string() });
const lineSchema = z.union([killSchema, verdictSchema]);

const checkEvery = 100;

/** Nothing may be under way any more: what still is is no fault yet, and never coming to rest is one. */
async function faultsAtRest(world: World): Promise<readonly string[]> {
  await approveAll(world);
  if (!(await eventually(() => isAtRest(world.engine), restLimitMs)))
    return ['it never came to rest'];
  return findFaults(world);
}

const undone = (kills: readonly Kill[]): readonly string[] =>
  kills.filter((kill) => kill.restMs === null).map((kill) => `${kill.name}: not all was done`);

interface Played {
  readonly kills: Kill[];
  readonly faults: string[];
}

/** Stops at the first fault, close to what caused it. */
async function play(world: World, played: Played, isOver: () => boolean): Promise<void> {
  let checkedAt = 0;
  for (const stops of chains(Number(values.seed))) {
    if (isOver()) return;
    const chain = await playChain(world, stops);
    played.kills.push(...chain);
    for (const kill of chain) note(kill);
    played.faults.push(...undone(chain));
    if (played.faults.length === 0 && played.kills.length - checkedAt >= checkEvery) {
      played.faults.push(...(await faultsAtRest(world)));
      checkedAt = played.kills.length;
    }
    if (played.faults.length > 0) return;
  }
}

function note(line: Kill | { readonly verdict: string }): void {
  const text = `${JSON.stringify(line)}\n`;
  if (values.out === undefined) process.stdout.write(text);
  else appendFileSync(values.out, text);
}

async function main(): Promise<number> {
  const world = await openWorld();
  const played: Played = { kills: [], faults: [] };
  const startMs = performance.now();
  let isToldToEnd = false;
  let wasFine = false;
  const minutes = (): number => (performance.now() - startMs) / 60_000;
  process.on('SIGUSR1', () => process.stdout.write(killTable(played.kills)));
  process.once('SIGINT', () => (isToldToEnd = true));
  try {
    await world.engine.start();
    await play(
      world,
      played,
      () =>
        isToldToEnd ||
        played.kills.length >= Number(values.kills) ||
        minutes() >= Number(values.minutes),
    );
    const took = minutes();
    if (played.faults.length === 0) played.faults.push(...(await faultsAtRest(world)));
    const entries = await sequenced(world);
    await world.engine.stop();
    played.faults.push(...(await ledgerFaults(world, entries)), ...(await leaksAtRest(world)));
    const verdict = `${played.kills.length} kills in ${took.toFixed(1)} minutes, seed ${values.seed}, ${world.accepted.size} alerts, ${world.approved.size} gates approved, ${world.undone.size} undone, ${entries} entries, ${played.faults.length} faults`;
    note({ verdict });
    process.stdout.write(`${killTable(played.kills)}${verdict}\n`);
    for (const fault of played.faults) process.stdout.write(`FAULT ${fault}\n`);
    wasFine = played.faults.length === 0;
    return wasFine ? 0 : 1;
  } finally {
    // What went wrong is read from what it left.
    if (wasFine) await world.close();
    else await world.leave();
  }
}

function sumUp(paths: readonly string[]): void {
  const lines = paths.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => lineSchema.parse(JSON.parse(line))),
  );
  process.stdout.write(killTable(lines.filter((line) => 'name' in line)));
  for (const line of lines) if ('verdict' in line) process.stdout.write(`${line.verdict}\n`);
}

if (values.table === undefined) process.exitCode = await main();
else sumUp(values.table);
