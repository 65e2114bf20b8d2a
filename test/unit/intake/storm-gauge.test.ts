import { describe, expect, test } from 'vitest';
import { createFairQueue } from '../../../intake/fair-queue.ts';
import { createStormGauge } from '../../../intake/storm-gauge.ts';
import { createTokenBucket } from '../../../intake/token-bucket.ts';

describe('a token bucket', () => {
  test('gives a burst, then as fast as its rate', () => {
    const bucket = createTokenBucket({ perSecond: 2, burst: 4 });
    bucket.spend(4, 0);
    expect([bucket.left(0), bucket.waitMs(0), bucket.left(500), bucket.left(10_000)]).toEqual([
      0, 500, 1, 4,
    ]);
  });
  test('owes at most a burst', () => {
    const bucket = createTokenBucket({ perSecond: 1, burst: 2 });
    bucket.spend(1_000, 0);
    expect([bucket.left(0), bucket.left(4_000)]).toEqual([-2, 2]);
  });
  test('gives nothing for a clock that is set back', () => {
    const bucket = createTokenBucket({ perSecond: 1, burst: 5 });
    bucket.spend(5, 3_600_000);
    expect([bucket.left(0), bucket.left(1_000)]).toEqual([0, 1]);
  });
});

describe('the gauge', () => {
  const clock = { nowMs: () => 0 };
  const rate = { perSecond: 1, burst: 10 };
  test('bounds each source, all together, and never what people report', () => {
    const gauge = createStormGauge(
      {
        problems: rate,
        allProblems: { perSecond: 1, burst: 15 },
        bySource: { small: { problems: { perSecond: 1, burst: 2 } } },
      },
      clock,
    );
    expect([gauge.allowance('a'), gauge.allowance('small'), gauge.allowance('manual')]).toEqual([
      10,
      2,
      Infinity,
    ]);
    gauge.opened('a', 10);
    expect([gauge.isStorming('a'), gauge.isStorming('b'), gauge.allowance('b')]).toEqual([
      true,
      false,
      5,
    ]);
    gauge.opened('manual', 1_000);
    expect(gauge.allowance('b')).toBe(5);
  });
  test('tells a sender how long to wait', () => {
    const gauge = createStormGauge(
      {
        problems: null,
        allProblems: null,
        bySource: { a: { deliveries: { perSecond: 0.5, burst: 1 } } },
      },
      clock,
    );
    expect([gauge.delivery('a'), gauge.delivery('a'), gauge.delivery('b')]).toEqual([0, 2_000, 0]);
  });
});

describe('a fair queue', () => {
  const filled = (): ReturnType<typeof createFairQueue<string>> => {
    const queue = createFairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2'])
      queue.push(item.slice(0, 1), item);
    return queue;
  };
  test('gives each source its turn and keeps the order within one', () => {
    expect(filled().take(() => true)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4']);
  });
  test('begins the next time with those who had no turn', () => {
    const queue = filled();
    let room = 1;
    expect(queue.take(() => room-- > 0)).toEqual(['a1']);
    room = 2;
    expect(queue.take(() => room-- > 0)).toEqual(['b1', 'c1']);
    expect([queue.size(), queue.sizeOf('a'), queue.sizeOf('b')]).toEqual([4, 3, 0]);
  });
  test('gives one item that does not fit rather than none', () => {
    expect(filled().take(() => false)).toEqual(['a1']);
  });
});
