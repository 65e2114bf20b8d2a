import { endClockStep } from '../store/batches.ts';
import { reapBatches } from './reaper.ts';
import { reapRuns, runReaperLimits } from './run-reaper.ts';
import type { RunReaperDeps } from './run-reaper.ts';

export interface ReapRounds {
  isDue(): boolean;
  /** One round: stale batches, and a page of runs. */
  next(): Promise<void>;
}

const everyMs = 10_000;
/** Younger batches may be between their stamp and their execution. */
const batchesOlderThanMs = 30_000;

/**
 * Looks for lost executions in rounds. Where a round found some there are more (Temporal lost its file): the next one
 * follows at once. The first pass over runs begins at once too, and where no other process is at work it takes young
 * ones as well.
 */
export function createReapRounds(
  deps: RunReaperDeps & { readonly alone: boolean; readonly tenant: string },
): ReapRounds {
  let after = '';
  let isFirst = true;
  let dueAtMs = deps.clock.nowMs();
  return {
    // A clock that was set back must not put the next round off.
    isDue: () => {
      const nowMs = deps.clock.nowMs();
      return nowMs >= dueAtMs || dueAtMs - nowMs > everyMs;
    },
    next: async () => {
      await endClockStep(deps.db, deps.tenant);
      await reapBatches(deps, { olderThanMs: batchesOlderThanMs });
      const round = await reapRuns(deps, {
        after,
        limit: runReaperLimits.perRound,
        olderThanMs: deps.alone && isFirst ? 0 : runReaperLimits.olderThanMs,
      });
      after = round.next;
      if (after === '') isFirst = false;
      dueAtMs = deps.clock.nowMs() + (round.begun > 0 && after !== '' ? 0 : everyMs);
    },
  };
}
