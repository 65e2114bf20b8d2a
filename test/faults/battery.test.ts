import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failpoint } from '../../platform/failpoint.ts';
import { findFaults, leaksAtRest, ledgerFaults, sequenced } from './checks.ts';
import { approveAll, playRound, tableOf } from './rounds.ts';
import type { Row } from './rounds.ts';
import { killAt, killRecovery } from './servers.ts';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/** The short form: the points that `npm test` has time for. `node test/faults/long.ts` meets them all. */
const points: readonly Failpoint[] = [
  'intake-before-commit',
  'intake-after-commit',
  'stamp-before-commit',
  'start-before-mark',
  'free-before-intent',
  'free-after-intent',
  'free-after-call',
  'free-before-result',
  'free-after-result',
  'hand-over-before-commit',
  'hand-over-after-commit',
  'gate-after-commit',
  'vote-after-row',
  'vote-before-verdict',
  'vote-after-verdict',
  'act-after-warrant-use',
  'act-after-intent',
  'act-after-call',
  'act-after-result',
  'undo-after-verdict',
  'undo-after-call',
  'sequence-assigned',
  'sequence-checkpoint',
];

const hookLimitMs = 120_000;

let world: World;
const rows: Row[] = [];

beforeAll(async () => {
  world = await openWorld();
  await world.engine.start();
}, hookLimitMs);
afterAll(async () => {
  process.stdout.write(`\n${tableOf(rows)}`);
  await world.close();
}, hookLimitMs);

function hold(...played: readonly Row[]): void {
  rows.push(...played);
  for (const row of played)
    expect(row).toMatchObject({
      killed: true,
      readyMs: expect.any(Number),
      doneMs: expect.any(Number),
    });
}

describe('an engine that is killed', () => {
  it.each(points)('at %s ends what it began', async (point) => hold(await playRound(world, point)));
  it('and killed again twice while it recovers ends what it began', async () =>
    hold(...(await killRecovery(world))));
  it('together with its servers ends what it began', async () =>
    hold(await killAt(world, 'everything')));
});

describe('an engine whose server is killed under load', () => {
  it('survives the death of PostgreSQL', async () => hold(await killAt(world, 'postgres')));
  it('survives the death of Temporal', async () => hold(await killAt(world, 'temporal')));
});

describe('after all kills', () => {
  it('nothing was lost, nothing done twice, nothing without a decision, nothing without an entry', async () => {
    await approveAll(world);
    expect(await findFaults(world)).toEqual([]);
  });

  it('the ledger verifies offline, and no planted secret lies on the disk', async () => {
    const entries = await sequenced(world);
    await world.engine.stop();
    expect(await ledgerFaults(world, entries)).toEqual([]);
    expect(await leaksAtRest(world)).toEqual([]);
  });
});
