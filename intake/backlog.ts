import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import { countDue } from '../store/batches.ts';
import { intakeLimits } from './limits.ts';

export interface BacklogGauge {
  full(): boolean;
  /** A quarter beyond it: then even sources that send little are turned away. */
  overfull(): boolean;
  /** Counts again where the last count is old; never waits and never throws. */
  check(): void;
}

interface GaugeDeps {
  readonly db: Database;
  readonly tenant: string;
  readonly clock: Clock;
}

const overfullRatio = 1.25;

/** How many incidents wait for triage, counted now and then: a count for each alert would cost more than the alert. */
export function backlogGauge(deps: GaugeDeps, max: number): BacklogGauge {
  let waiting = 0;
  let countedAtMs = 0;
  const check = (): void => {
    const nowMs = deps.clock.nowMs();
    // Either way: a clock that was set back must not keep an old count for so long.
    if (Math.abs(nowMs - countedAtMs) < intakeLimits.backlogCheckMs) return;
    countedAtMs = nowMs;
    // Unknown counts as before: where SQL is gone, the commit itself says so.
    countDue(deps.db, { tenant: deps.tenant, max: Math.ceil(max * overfullRatio) + 1 }).then(
      (count) => (waiting = count),
      () => undefined,
    );
  };
  return {
    full: () => {
      if (waiting > max) check();
      return waiting > max;
    },
    overfull: () => waiting > Math.ceil(max * overfullRatio),
    check,
  };
}
