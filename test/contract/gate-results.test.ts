import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEffectActivities } from '../../activities/executor.ts';
import type { EffectItem } from '../../activities/contract.ts';
import type { Clock } from '../../platform/clock.ts';
import { gateResults, type GateResult } from '../../store/gate-results.ts';
import { startExecutorWorld, type ExecutorWorld } from '../support/executor-world.ts';
import { anOrder } from '../support/orders.ts';

let world: ExecutorWorld;
beforeEach(async () => {
  world = await startExecutorWorld();
});
afterEach(() => world.stop());

const execute = (item: EffectItem): Promise<unknown> =>
  createEffectActivities(world.deps).executeMany([item]);

async function resultOf(
  gate: { readonly id: string },
  clock: Clock = world.deps.clock,
): Promise<GateResult | undefined> {
  return (await gateResults(world.pg.db, [gate.id], clock)).get(gate.id);
}

it('has none for a gate that waits', async () => {
  expect(await resultOf(await world.court.open(anOrder()))).toBeUndefined();
});

it('says that an approved order is due, then done, and stays so when it was undone', async () => {
  const gate = await world.approved();
  expect(await resultOf(gate)).toEqual({ state: 'due', detail: '' });
  await execute(world.contain(gate));
  expect(await resultOf(gate)).toMatchObject({ state: 'done' });
  await world.court.vote(world.carol, gate, { decision: 'undo' });
  await execute(world.contain(gate, { idempotencyKey: 'undo', purpose: 'undo' }));
  expect(await world.actions()).toEqual(['contain', 'lift_containment']);
  expect(await resultOf(gate)).toMatchObject({ state: 'done' });
});

it('says that the executor refused an approved order, and why', async () => {
  const gate = await world.approved();
  world.policy.protectedTargets = [{ id: 'web', kind: '*', match: 'web-*', reason: 'the shop' }];
  await execute(world.contain(gate));
  expect(await resultOf(gate)).toEqual({
    state: 'void',
    detail: expect.stringContaining('TARGET_PROTECTED'),
  });
});

it('says that nobody acted while an order was allowed to be done', async () => {
  const gate = await world.approved();
  const dayMs = 86_400_000;
  const tomorrow = { nowMs: () => world.deps.clock.nowMs() + dayMs };
  expect(await resultOf(gate, tomorrow)).toMatchObject({ state: 'lapsed' });
});
