import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActivityDeps } from '../../activities/deps.ts';
import type { RunningFake } from '../../connectors/fake-server.ts';
import { createEgress, egressLimits, type Egress } from '../../platform/http.ts';
import { startExecutorWorld, type ExecutorWorld } from '../support/executor-world.ts';
import { insist, type Call } from '../support/insist.ts';
import { outsideKinds, type OutsideKind } from '../support/outside-kinds.ts';

const timeoutMs = 1_000;
/** A host that has no address until the test gives it one. */
const hostName = 'product.example';
/** Receivers refuse messages of another time: what a test lets pass ends about now. */
const headStartMs = 290_000;

let world: ExecutorWorld;
beforeAll(async () => {
  world = await startExecutorWorld();
});
afterAll(() => world.stop());

let fake: RunningFake;
let egress: Egress;
let breaker: string[];
let resolved: string | null;
beforeEach(() => {
  breaker = [];
  resolved = null;
  world.court.clock.set(Date.now() - headStartMs);
  egress = createEgress({
    clock: world.court.clock,
    limits: { totalTimeoutMs: timeoutMs, headersTimeoutMs: timeoutMs },
    resolve: async (name) => {
      if (name === hostName && resolved !== null) return [resolved];
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    },
    onBreaker: (_connection, state) => void breaker.push(state),
  });
});
afterEach(async () => {
  await egress.close();
  await fake.stop();
});

async function begin(kind: OutsideKind, address?: string): Promise<Call> {
  fake = await kind.start();
  const connection = kind.connection(
    address === undefined ? fake.url : `${address}:${new URL(fake.url).port}`,
  );
  const deps: ActivityDeps = {
    ...world.deps,
    egress,
    connections: new Map([[connection.name, connection]]),
  };
  const call = await kind.prepare(world, connection);
  return () => call(deps);
}

async function fault(order: Record<string, unknown>): Promise<void> {
  await fetch(`${fake.url}/__control`, { method: 'POST', body: JSON.stringify(order) });
}

async function calls(): Promise<number> {
  const answer = await fetch(`${fake.url}/__state`);
  const { calls: counts } = (await answer.json()) as { calls: Record<string, number> };
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function expectDone(kind: OutsideKind): Promise<void> {
  expect([1, null]).toContain(await kind.count(fake.url));
}

async function expectNotDone(kind: OutsideKind): Promise<void> {
  expect([0, null]).toContain(await kind.count(fake.url));
}

describe.each(outsideKinds)('$name whose product fails', (kind) => {
  it.each([
    ['cuts the line before it did anything', 'before'],
    ['does it and cuts the line', 'after'],
    ['does it and sends half an answer', 'half'],
    ['does it and is silent', 'slow'],
  ])('because it %s is done once', async (_words, mode) => {
    const call = await begin(kind);
    await fault({ mode, match: kind.match });
    expect((await insist(world, call)).outcome).toMatchObject({ kind: 'ok' });
    await expectDone(kind);
  });

  it('because it answers what is not JSON is done once, or fails and says so', async () => {
    const call = await begin(kind);
    await fault({ mode: 'garbage', match: kind.match });
    const { outcome } = await insist(world, call);
    expect(outcome).toMatchObject(
      kind.oddAnswer === 'ok' ? { kind: 'ok' } : { kind: 'error', code: kind.oddAnswer },
    );
    await expectDone(kind);
  });

  it('with 429 again and again is done once, never sooner than the product allows', async () => {
    const call = await begin(kind);
    await fault({ mode: 'status', status: 429, retryAfter: '7', times: 12, match: kind.match });
    const { outcome, codes, waitedMs } = await insist(world, call);
    expect(outcome).toMatchObject({ kind: 'ok' });
    expect(codes).toEqual(Array.from({ length: 12 }, () => 'VENDOR_THROTTLED'));
    expect(waitedMs).toBeGreaterThanOrEqual(12 * 7_000);
    await expectDone(kind);
  });

  it('with 5xx for five minutes is left in peace by the breaker, and done once when it is over', async () => {
    const call = await begin(kind);
    const endMs = world.court.clock.nowMs() + 300_000;
    await fault({ mode: 'status', status: 503, times: 1_000_000 });
    const { outcome } = await insist(world, call, async () => {
      if (world.court.clock.nowMs() >= endMs) await fault({ mode: 'none' });
    });
    expect(outcome).toMatchObject({ kind: 'ok' });
    await expectDone(kind);
    expect(breaker.slice(0, 3)).toEqual(['closed', 'open', 'half-open']);
    expect(breaker.at(-1)).toBe('closed');
    expect(await calls()).toBeLessThan(
      egressLimits.breakerFailuresMax + 300_000 / egressLimits.breakerRestMs + 10,
    );
  });

  it('because our token was revoked in mid-run is a failure that says so, and nothing was done', async () => {
    const call = await begin(kind);
    await fault({ mode: 'status', status: 401, times: 1_000_000 });
    expect((await insist(world, call)).outcome).toMatchObject({
      kind: 'error',
      code: 'VENDOR_DENIED',
    });
    await expectNotDone(kind);
  });

  it('because DNS is gone goes on when names have addresses again', async () => {
    const call = await begin(kind, `http://${hostName}`);
    const { outcome, codes } = await insist(world, call, async (step) => {
      if (step === 8) resolved = '127.0.0.1';
    });
    expect(codes).toHaveLength(8);
    expect(codes[0]).toBe('VENDOR_UNAVAILABLE');
    expect(breaker).toContain('open');
    expect(outcome).toMatchObject({ kind: 'ok' });
    await expectDone(kind);
  });
});
