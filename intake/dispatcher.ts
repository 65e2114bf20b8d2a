import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { Clock } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Database } from '../store/database.ts';
import { markStarted, unstampBatch } from '../store/batches.ts';
import { stoppedScopes } from '../store/switches.ts';
import type { TriageInput } from '../workflows/messages.ts';
import { taskQueues, triageId, workflowTaskTimeout } from '../workflows/ids.ts';
import { isAway } from './away.ts';
import type { Batch, ClaimDeps } from './claim.ts';
import { endOldTimeline } from './end-old-timeline.ts';
import { nextBatch, startOfProgress, type Progress } from './next-batch.ts';
import { reapBatches } from './reaper.ts';
import { createReapRounds } from './reap-rounds.ts';
import { tellRuns } from './tell-runs.ts';

export interface DispatcherDeps extends ClaimDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly client: Client;
  /** True where no other dispatcher can be alive: batches of a dead one are freed at once instead of after 30 s. */
  readonly alone: boolean;
  readonly log: (problem: string, error: unknown) => void;
}

export interface Dispatcher {
  /** Says that something may be due. */
  wake(): void;
  /** Works until the signal fires; problems are logged and met with patience, never thrown. */
  run(signal: AbortSignal): Promise<void>;
}

const pollMs = 250;
const reapAfterMs = 30_000;
const pauseMsMax = 5_000;

/** Claims due incidents in batches and starts an execution for each; one that dies half-way is found by the reaper. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  let wakeUp: () => void = () => undefined;
  let woken = false;
  const wake = (): void => {
    woken = true;
    wakeUp();
  };
  const rest = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (woken || signal.aborted) return resolve();
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      wakeUp = done;
    });
  return {
    wake,
    run: async (signal) => {
      const olderThanMs = deps.alone ? 0 : reapAfterMs;
      await patiently(deps, signal, () => reapBatches(deps, { olderThanMs }));
      const reap = createReapRounds(deps);
      const progress = startOfProgress();
      while (!signal.aborted) {
        woken = false;
        const busy = await patiently(deps, signal, () => dispatchOnce(deps, signal, progress));
        if (reap.isDue()) await patiently(deps, signal, reap.next);
        if (busy !== true) await rest(pollMs, signal);
      }
    },
  };
}

/** Repeats with growing pauses while PostgreSQL or Temporal are away. */
async function patiently<Result>(
  deps: DispatcherDeps,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  for (let pauseMs = 100; !signal.aborted; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
    try {
      return await work();
    } catch (error) {
      deps.log('dispatching failed; trying again', error);
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  }
  return undefined;
}

/** True if there may be more to do at once. */
async function dispatchOnce(
  deps: DispatcherDeps,
  signal: AbortSignal,
  progress: Progress,
): Promise<boolean> {
  progress.turn += 1;
  const stops = await stoppedScopes(deps.db);
  if (stops.some((stop) => stop.scope === 'all' || stop.scope === 'tickets'))
    return endOldTimeline(deps);
  const batch = await nextBatch(deps, progress);
  if (batch === null) return false;
  // Told first: a batch that was stamped and never started is claimed anew, and its news with it.
  await patiently(deps, signal, () => tellRuns(deps, batch.runs));
  if (batch.runs.length > 0) await patiently(deps, signal, () => startUnlessRefused(deps, batch));
  return true;
}

/**
 * While Temporal is away nothing more is stamped: what is, starts as soon as it is back. A batch that Temporal refuses
 * stays stamped and holds up nobody: the reaper finds no execution for it and lets its incidents go again.
 */
async function startUnlessRefused(deps: DispatcherDeps, batch: Batch): Promise<void> {
  try {
    await startBatch(deps, batch);
  } catch (error) {
    if (isAway(error)) throw error;
    deps.log('a batch could not be started', error);
  }
}

async function startBatch(deps: DispatcherDeps, batch: Batch): Promise<void> {
  failpoint('stamp-after-commit');
  const input: TriageInput = {
    schema: 1,
    batchId: batch.id,
    tenant: batch.tenant,
    plans: batch.plans,
    runs: batch.runs,
  };
  try {
    await deps.client.workflow.start('triage', {
      workflowId: triageId(batch.id),
      taskQueue: taskQueues.workflow,
      args: [input],
      memo: { digest: batch.digest },
      workflowTaskTimeout,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const { memo } = await deps.client.workflow.getHandle(triageId(batch.id)).describe();
    // Not ours under our id: its execution will never settle this batch, so it is stamped anew.
    if (memo?.['digest'] !== batch.digest)
      return deps.db.transaction((tx) => unstampBatch(tx, batch, deps.clock));
  }
  failpoint('start-before-mark');
  await markStarted(deps.db, batch.id);
  failpoint('start-after-mark');
}
