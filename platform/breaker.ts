import type { Clock } from './clock.ts';

/** Rests a connection that fails again and again, so that neither we nor the product drown in hopeless calls. */
export interface Breaker {
  /** Milliseconds to wait, or null if a call may go now. A call that may go must end in one of the three below. */
  enter(): number | null;
  succeeded(): void;
  failed(): void;
  /** The call told nothing about the product's health (we gave up on it). */
  released(): void;
}

export interface BreakerOptions {
  readonly clock: Clock;
  readonly failuresMax: number;
  readonly restMs: number;
}

/** Opens after `failuresMax` failures in a row; after `restMs` lets one probe through, whose outcome decides. */
export function createBreaker({ clock, failuresMax, restMs }: BreakerOptions): Breaker {
  let failures = 0;
  let restsUntilMs = 0;
  let probing = false;
  return {
    enter: () => {
      if (failures < failuresMax) return null;
      const left = restsUntilMs - clock.nowMs();
      if (left > 0) return left;
      if (probing) return restMs;
      probing = true;
      return null;
    },
    succeeded: () => {
      failures = 0;
      probing = false;
    },
    failed: () => {
      failures += 1;
      probing = false;
      if (failures >= failuresMax) restsUntilMs = clock.nowMs() + restMs;
    },
    released: () => {
      probing = false;
    },
  };
}
