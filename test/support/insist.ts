import { executorLimits } from '../../activities/executor-limits.ts';
import { isWorthRetrying } from '../../domain/errors.ts';
import type { Outcome } from '../../domain/run.types.ts';
import type { ExecutorWorld } from './executor-world.ts';

const stepsMax = 60;
const pauseMsMin = 1_000;
const pauseMsMax = 30_000;

export interface Course {
  readonly outcome: Outcome;
  /** Every answer on the way there. */
  readonly codes: readonly string[];
  /** How much time the run let pass between its tries. */
  readonly waitedMs: number;
}

export type Call = () => Promise<readonly Outcome[]>;

/** Repeats as a run does: while the table of errors says that it may help, as late as the product asked for. */
export async function insist(
  world: ExecutorWorld,
  call: Call,
  before: (step: number) => Promise<void> = async () => undefined,
): Promise<Course> {
  const codes: string[] = [];
  let waitedMs = 0;
  let pauseMs = pauseMsMin;
  for (let step = 0; step < stepsMax; step += 1) {
    await before(step);
    const [outcome] = await call();
    if (outcome === undefined) throw new Error('no outcome');
    if (outcome.kind !== 'error' || !isWorthRetrying(outcome.code))
      return { outcome, codes, waitedMs };
    codes.push(outcome.code);
    const waitMs = Math.max(outcome.retryAfterMs ?? 0, pauseMs);
    pauseMs = Math.min(pauseMs * 2, pauseMsMax);
    waitedMs += waitMs;
    world.court.clock.set(world.court.clock.nowMs() + waitMs);
    // The database has a clock of its own: there the call becomes as old as the pause was long.
    await world.pg.db.query(
      `update effects set called_at = called_at - $1 * interval '1 millisecond'`,
      [Math.max(waitMs, executorLimits.settleAfterMs)],
    );
  }
  throw new Error(`not over after ${stepsMax} tries: ${codes.join(', ')}`);
}
