import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  type Client,
} from '@temporalio/client';
import { SallyportError } from '../domain/errors.ts';
import { builtIn } from '../domain/triage.ts';
import type { Clock } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Database } from '../store/database.ts';
import {
  countDue,
  isCriticalDue,
  isCriticalUnderWay,
  markStarted,
  openBatches,
  unstampBatch,
} from '../store/batches.ts';
import type { OpenBatches } from '../store/batches.ts';
import { stoppedScopes } from '../store/switches.ts';
import type { TriageInput } from '../workflows/messages.ts';
import { taskQueues, triageId, workflowTaskTimeout } from '../workflows/ids.ts';
import { claimBatch, claimLimits, type Batch, type ClaimDeps, type ClaimOrder } from './claim.ts';
import { endOldTimeline } from './end-old-timeline.ts';
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

export const dispatcherLimits = {
  /**
   * Batches in flight. What comes in while one works goes with the next: at 20 alerts a second a second batch beside it
   * makes both smaller, and a batch costs about the same whatever it holds. More start only where as many wait as are worth one.
   */
  batchesQuiet: 1,
  /** A batch that takes longer than most holds up nobody: a slow lookup, or one that Temporal refused. */
  youngMs: 400,
  batchesMax: 8,
  /**
   * Incidents in flight. More would not be done sooner, but all of them later: what comes after them waits behind each of
   * their steps. Beside something critical half as many are.
   */
  incidentsMax: 2 * claimLimits.runs,
  incidentsBesideCritical: claimLimits.runs,
  heavyMs: 5_000,
  /** A whole one: intake and batches share the processor, and small ones cost it most. */
  worthABatch: claimLimits.runs,
  pollMs: 250,
  reapAfterMs: 30_000,
  /** Every n-th claim goes by age, so that what is old and mild is not starved by what is new and grave. */
  ageEvery: 4,
  pauseMsMax: 5_000,
} as const;

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
      const olderThanMs = deps.alone ? 0 : dispatcherLimits.reapAfterMs;
      await patiently(deps, signal, () => reapBatches(deps, { olderThanMs }));
      const reap = createReapRounds(deps);
      let turn = 0;
      while (!signal.aborted) {
        woken = false;
        const busy = await patiently(deps, signal, () => dispatchOnce(deps, signal, turn++));
        if (reap.isDue()) await patiently(deps, signal, reap.next);
        if (busy !== true) await rest(dispatcherLimits.pollMs, signal);
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
  for (
    let pauseMs = 100;
    !signal.aborted;
    pauseMs = Math.min(pauseMs * 2, dispatcherLimits.pauseMsMax)
  ) {
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
  turn: number,
): Promise<boolean> {
  const stops = await stoppedScopes(deps.db);
  if (stops.some((stop) => stop.scope === 'all' || stop.scope === 'tickets'))
    return endOldTimeline(deps);
  const order = await orderOf(deps, turn);
  const batch = order === null ? null : await claimBatch(deps, order);
  if (batch === null) return false;
  if (batch.runs.length > 0) await patiently(deps, signal, () => startUnlessRefused(deps, batch));
  const again = batch.runs.filter((run) => run.plan.name === builtIn.followUp);
  if (again.length > 0) await tellRuns(deps, again);
  return true;
}

/** What the next batch may take; null while there is room for none. */
async function orderOf(deps: DispatcherDeps, turn: number): Promise<ClaimOrder | null> {
  const batches = await openBatches(deps.db, dispatcherLimits);
  if (await hasRoom(deps, batches))
    return turn % dispatcherLimits.ageEvery === dispatcherLimits.ageEvery - 1 ? 'age' : 'severity';
  const isUrgent =
    hasRoomForCritical(batches) && (await isCriticalDue(deps.db, { tenant: deps.tenant }));
  return isUrgent ? 'critical' : null;
}

/** What comes in while a batch works gathers for the next; more start only where enough waits. */
async function hasRoom(deps: DispatcherDeps, batches: OpenBatches): Promise<boolean> {
  const { open, young, incidents } = batches;
  const { batchesMax, incidentsMax, incidentsBesideCritical } = dispatcherLimits;
  if (open >= batchesMax) return false;
  if (incidents >= incidentsMax) return false;
  if (incidents >= incidentsBesideCritical && (await isCriticalUnderWay(deps.db))) return false;
  if (young < dispatcherLimits.batchesQuiet) return true;
  return (
    (await countDue(deps.db, { tenant: deps.tenant, max: dispatcherLimits.worthABatch })) >=
    dispatcherLimits.worthABatch
  );
}

/** Places besides those of all others, so that what is critical neither gathers nor waits until a flood has gone by. */
export const hasRoomForCritical = ({ open, young, incidents }: OpenBatches): boolean =>
  open <= dispatcherLimits.batchesMax &&
  young <= dispatcherLimits.batchesQuiet + 1 &&
  incidents < dispatcherLimits.incidentsMax + dispatcherLimits.incidentsBesideCritical;

const grpcAway: readonly number[] = [1, 2, 4, 8, 13, 14];

/** PostgreSQL or Temporal cannot be asked now: the same may be asked again. */
function isAway(error: unknown): boolean {
  if (error instanceof SallyportError) return error.code === 'STORE_UNAVAILABLE';
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) && grpcAway.includes(cause.code);
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
