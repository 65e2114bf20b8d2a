import { steadyMsOf } from '../platform/clock.ts';
import {
  countDue,
  isCriticalDue,
  isCriticalUnderWay,
  openBatches,
  type OpenBatches,
} from '../store/batches.ts';
import { claimBatch, claimLimits, type Batch, type ClaimDeps, type ClaimOrder } from './claim.ts';

export const batchLimits = {
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
  /** Every n-th claim goes by age, so that what is old and mild is not starved by what is new and grave. */
  ageEvery: 4,
  /** Between two batches of what a storm holds, while something else was claimed within `calmMs`. */
  heldPauseMs: 2_000,
  calmMs: 10_000,
} as const;

/** What a dispatcher remembers from one batch to the next. */
export interface Progress {
  /** Counts the claims. */
  turn: number;
  /** When it was last the turn of what a storm holds, and when something else was claimed: by the steady clock. */
  heldAtMs: number;
  calmAtMs: number;
}

export const startOfProgress = (): Progress => ({
  turn: -1,
  heldAtMs: -Infinity,
  calmAtMs: -Infinity,
});

/** The next batch, where there is room for one and something is due. */
export async function nextBatch(deps: ClaimDeps, progress: Progress): Promise<Batch | null> {
  const batches = await openBatches(deps.db, batchLimits);
  const nowMs = steadyMsOf(deps.clock);
  const turn = turnOfHeld(progress, batches, nowMs);
  const held = async (): Promise<Batch | null> => {
    progress.heldAtMs = nowMs;
    return claimBatch(deps, 'held');
  };
  const first = turn === 'first' ? await held() : null;
  if (first !== null) return first;
  const order = await orderOf(deps, batches, progress.turn);
  const calm = order === null ? null : await claimBatch(deps, order);
  if (calm !== null) progress.calmAtMs = nowMs;
  return calm ?? (turn === 'last' ? held() : null);
}

/** What a storm holds gets a little now and then while other things come in, so that these find the machine free; else all that they leave. */
function turnOfHeld(
  { calmAtMs, heldAtMs }: Progress,
  { open, incidents }: OpenBatches,
  nowMs: number,
): 'first' | 'last' | 'none' {
  const { heldPauseMs, calmMs, batchesMax, incidentsMax } = batchLimits;
  if (open >= batchesMax || incidents >= incidentsMax) return 'none';
  if (nowMs - calmAtMs >= calmMs) return incidents < claimLimits.runs ? 'last' : 'none';
  return nowMs - heldAtMs >= heldPauseMs ? 'first' : 'none';
}

/** What the next batch may take of what no storm holds; null while there is room for none. */
async function orderOf(
  deps: ClaimDeps,
  batches: OpenBatches,
  turn: number,
): Promise<ClaimOrder | null> {
  if (await hasRoom(deps, batches))
    return turn % batchLimits.ageEvery === batchLimits.ageEvery - 1 ? 'age' : 'severity';
  const isUrgent =
    hasRoomForCritical(batches) && (await isCriticalDue(deps.db, { tenant: deps.tenant }));
  return isUrgent ? 'critical' : null;
}

/** What comes in while a batch works gathers for the next; more start only where enough waits. */
async function hasRoom(deps: ClaimDeps, batches: OpenBatches): Promise<boolean> {
  const { open, young, incidents } = batches;
  const { batchesMax, incidentsMax, incidentsBesideCritical } = batchLimits;
  if (open >= batchesMax) return false;
  if (incidents >= incidentsMax) return false;
  if (incidents >= incidentsBesideCritical && (await isCriticalUnderWay(deps.db))) return false;
  if (young < batchLimits.batchesQuiet) return true;
  return (
    (await countDue(deps.db, {
      tenant: deps.tenant,
      max: batchLimits.worthABatch,
      calm: true,
    })) >= batchLimits.worthABatch
  );
}

/** Places besides those of all others, so that what is critical neither gathers nor waits until a flood has gone by. */
export const hasRoomForCritical = ({ open, young, incidents }: OpenBatches): boolean =>
  open <= batchLimits.batchesMax &&
  young <= batchLimits.batchesQuiet + 1 &&
  incidents < batchLimits.incidentsMax + batchLimits.incidentsBesideCritical;
