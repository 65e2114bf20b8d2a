import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEffectActivities } from '../../activities/executor.ts';
import { executorLimits } from '../../activities/executor-limits.ts';
import type { EffectItem } from '../../activities/contract.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { isWorthRetrying } from '../../domain/errors.ts';
import type { Outcome } from '../../domain/run.types.ts';
import { createEgress, egressLimits, type Egress } from '../../platform/http.ts';
import { edr, startExecutorWorld, type ExecutorWorld } from '../support/executor-world.ts';

const timeoutMs = 1_000;
/** A host that has no address until the test gives it one. */
const hostName = 'edr.example';

let world: ExecutorWorld;
let egress: Egress;
let deps: ActivityDeps;
let breaker: string[];
let resolved: string | null;
beforeEach(async () => {
  world = await startExecutorWorld();
  breaker = [];
  resolved = null;
  egress = createEgress({
    clock: world.court.clock,
    limits: { totalTimeoutMs: timeoutMs, headersTimeoutMs: timeoutMs },
    resolve: async (name) => {
      if (name === hostName && resolved !== null) return [resolved];
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    },
    onBreaker: (_connection, state) => void breaker.push(state),
  });
  deps = { ...world.deps, egress };
});
afterEach(async () => {
  await egress.close();
  await world.stop();
});

const stepsMax = 60;
const pauseMsMin = 1_000;
const pauseMsMax = 30_000;

interface Course {
  readonly outcome: Outcome;
  /** Every answer on the way there. */
  readonly codes: readonly string[];
  /** How much time the run let pass between its tries. */
  readonly waitedMs: number;
}

/** Repeats as a run does: while the table of errors says that it may help, as late as the product asked for. */
async function insist(
  item: EffectItem,
  before: (step: number) => Promise<void> = done,
): Promise<Course> {
  const codes: string[] = [];
  let waitedMs = 0;
  let pauseMs = pauseMsMin;
  for (let step = 0; step < stepsMax; step += 1) {
    await before(step);
    const [outcome] = await createEffectActivities(deps).executeMany([item]);
    if (outcome === undefined) throw new Error('no outcome');
    if (outcome.kind !== 'error' || !isWorthRetrying(outcome.code))
      return { outcome, codes, waitedMs };
    codes.push(outcome.code);
    const waitMs = Math.max(outcome.retryAfterMs ?? 0, pauseMs);
    pauseMs = Math.min(pauseMs * 2, pauseMsMax);
    waitedMs += waitMs;
    world.court.clock.set(world.court.clock.nowMs() + waitMs);
    // The database has a clock of its own: there the call becomes as old as the pause was long.
    await world.pg.db.query(
      `update effects set called_at = called_at - $1 * interval '1 millisecond'`,
      [Math.max(waitMs, executorLimits.settleAfterMs)],
    );
  }
  throw new Error(`not over after ${stepsMax} tries: ${codes.join(', ')}`);
}

const done = async (): Promise<void> => undefined;
const contain = 'POST /devices/entities/devices-actions/v2';

async function calls(): Promise<Readonly<Record<string, number>>> {
  const answer = await fetch(`${world.falcon.url}/__state`);
  return ((await answer.json()) as { calls: Record<string, number> }).calls;
}

describe('an action whose product fails', () => {
  it.each([
    ['cuts the line before it did anything', 'before'],
    ['does it and cuts the line', 'after'],
    ['does it and sends half an answer', 'half'],
    ['does it and is silent', 'slow'],
    ['does it and answers what is not JSON', 'garbage'],
  ])('because it %s is done once', async (_words, mode) => {
    const item = world.contain(await world.approved());
    await world.fault({ mode, match: contain });
    const { outcome } = await insist(item);
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(await world.actions()).toEqual(['contain']);
  });

  it('with 429 again and again is done once, never sooner than the product allows', async () => {
    const item = world.contain(await world.approved());
    await world.fault({ mode: 'status', status: 429, retryAfter: '7', times: 12, match: contain });
    const { outcome, codes, waitedMs } = await insist(item);
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(codes).toEqual(Array.from({ length: 12 }, () => 'VENDOR_THROTTLED'));
    expect(waitedMs).toBeGreaterThanOrEqual(12 * 7_000);
    expect(await world.actions()).toEqual(['contain']);
  });

  it('with 5xx for five minutes is left in peace by the breaker, and done once when it is over', async () => {
    const item = world.contain(await world.approved());
    const endMs = world.court.clock.nowMs() + 300_000;
    await world.fault({ mode: 'status', status: 503, times: 1_000_000 });
    const before = async (): Promise<void> => {
      if (world.court.clock.nowMs() >= endMs) await world.fault({ mode: 'none' });
    };
    const { outcome } = await insist(item, before);
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(await world.actions()).toEqual(['contain']);
    expect(breaker.slice(0, 3)).toEqual(['closed', 'open', 'half-open']);
    expect(breaker.at(-1)).toBe('closed');
    const asked = Object.values(await calls()).reduce((sum, count) => sum + count, 0);
    expect(asked).toBeLessThan(
      egressLimits.breakerFailuresMax + 300_000 / egressLimits.breakerRestMs + 10,
    );
  });

  it('because our token was revoked in mid-run is a failure that says so, and nothing was done', async () => {
    const item = world.contain(await world.approved());
    await world.fault({ mode: 'status', status: 401, times: 1_000_000 });
    const { outcome } = await insist(item);
    expect(outcome).toMatchObject({ kind: 'error', code: 'VENDOR_DENIED' });
    expect(await world.actions()).toEqual([]);
  });

  it('because DNS is gone goes on when names have addresses again', async () => {
    const port = new URL(world.falcon.url).port;
    const address = `http://${hostName}:${port}`;
    deps = { ...deps, connections: new Map([['edr', edr(address)]]) };
    const gate = await world.approved({
      connection: { name: 'edr', connector: 'crowdstrike', address, secretRef: 'file:edr' },
    });
    const { outcome, codes } = await insist(world.contain(gate), async (step) => {
      if (step === 8) resolved = '127.0.0.1';
    });
    expect(codes).toHaveLength(8);
    expect(codes[0]).toBe('VENDOR_UNAVAILABLE');
    expect(breaker).toContain('open');
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(await world.actions()).toEqual(['contain']);
  });
});
