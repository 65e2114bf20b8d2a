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

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerOptions {
  readonly clock: Clock;
  readonly failuresMax: number;
  readonly restMs: number;
  /** Hears each change, and the state at the start. Half-open: one probe is under way. */
  readonly onState?: (state: BreakerState) => void;
}

/** Opens after `failuresMax` failures in a row; after `restMs` lets one probe through, whose outcome decides. */
export function createBreaker(options: BreakerOptions): Breaker {
  const { clock, failuresMax, restMs } = options;
  let failures = 0;
  let restsUntilMs = 0;
  let probing = false;
  let told: BreakerState | null = null;
  const tell = (): void => {
    const state = failures < failuresMax ? 'closed' : probing ? 'half-open' : 'open';
    if (state === told) return;
    told = state;
    options.onState?.(state);
  };
  tell();
  return {
    enter: () => {
      if (failures < failuresMax) return null;
      const left = restsUntilMs - clock.nowMs();
      // More than a whole rest is left only where the clock was set back: the rest is over at the latest now.
      if (left > 0 && left <= restMs) return left;
      if (probing) return restMs;
      probing = true;
      tell();
      return null;
    },
    succeeded: () => {
      failures = 0;
      probing = false;
      tell();
    },
    failed: () => {
      failures += 1;
      probing = false;
      if (failures >= failuresMax) restsUntilMs = clock.nowMs() + restMs;
      tell();
    },
    released: () => {
      probing = false;
      tell();
    },
  };
}
