import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../../platform/breaker.ts';
import type { Breaker, BreakerState } from '../../../platform/breaker.ts';

const restMs = 5_000;

function aBreaker(): { breaker: Breaker; states: BreakerState[]; set: (ms: number) => void } {
  let nowMs = 1_000_000_000;
  const states: BreakerState[] = [];
  const breaker = createBreaker({
    clock: { nowMs: () => nowMs },
    failuresMax: 2,
    restMs,
    onState: (state) => void states.push(state),
  });
  return { breaker, states, set: (ms) => void (nowMs += ms) };
}

function fail(breaker: Breaker, times: number): void {
  for (let call = 0; call < times; call += 1) {
    breaker.enter();
    breaker.failed();
  }
}

describe('a breaker', () => {
  it('opens after failures in a row, lets one probe through after its rest, and closes when that goes well', () => {
    const { breaker, states, set } = aBreaker();
    fail(breaker, 2);
    expect(breaker.enter()).toBe(restMs);
    set(restMs);
    expect(breaker.enter()).toBeNull();
    expect(breaker.enter()).toBe(restMs);
    breaker.succeeded();
    expect(breaker.enter()).toBeNull();
    expect(states).toEqual(['closed', 'open', 'half-open', 'closed']);
  });

  it('rests again where the probe fails', () => {
    const { breaker, set } = aBreaker();
    fail(breaker, 2);
    set(restMs);
    fail(breaker, 1);
    expect(breaker.enter()).toBe(restMs);
  });

  it('does not rest for an hour where the clock is set back by one', () => {
    const { breaker, set } = aBreaker();
    fail(breaker, 2);
    set(-3_600_000);
    expect(breaker.enter()).toBeNull();
  });

  it('does not rest at all where the clock is set forward', () => {
    const { breaker, set } = aBreaker();
    fail(breaker, 2);
    set(3_600_000);
    expect(breaker.enter()).toBeNull();
  });
});
