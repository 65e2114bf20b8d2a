import { sleep } from '@temporalio/workflow';
import { isWorthRetrying } from '../domain/errors.ts';
import type { Outcome } from '../domain/run.types.ts';

/** How long a command is repeated before its failure is the answer, and how the pauses grow. Milliseconds. */
export const patience = {
  lookupMs: 600_000,
  effectMs: 86_400_000,
  pauseMsMin: 1_000,
  pauseMsMax: 30_000,
} as const;

/** Repeats while the table of errors says that it may help; the last answer counts. */
export async function insist(
  untilMs: number,
  call: () => Promise<Outcome | undefined>,
): Promise<Outcome> {
  for (
    let pauseMs: number = patience.pauseMsMin;
    ;
    pauseMs = Math.min(pauseMs * 2, patience.pauseMsMax)
  ) {
    const outcome = (await call()) ?? {
      kind: 'error',
      code: 'BROKEN_INVARIANT',
      detail: 'no answer',
    };
    const waitMs = outcome.kind === 'error' ? Math.max(outcome.retryAfterMs ?? 0, pauseMs) : 0;
    if (outcome.kind !== 'error' || !isWorthRetrying(outcome.code) || Date.now() + waitMs > untilMs)
      return outcome;
    await sleep(waitMs);
  }
}
