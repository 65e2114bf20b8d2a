import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '../store/database.ts';

export interface Waiting {
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

const pollMs = 100;

/** Asks again and again until the answer is yes. False where the time was up, or we are stopping. */
export async function until(isSo: () => Promise<boolean>, waiting: Waiting): Promise<boolean> {
  const untilMs = performance.now() + waiting.limitMs;
  while (!waiting.signal.aborted && performance.now() < untilMs) {
    if (await isSo()) return true;
    await delay(pollMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  }
  return false;
}

/** True when nothing moves by itself any more: nothing is due or in a batch, and every run ended or waits for people. */
export async function isSettled(db: Sql): Promise<boolean> {
  const [row] = await db.query<{ busy: number }>(
    `select (select count(*) from incidents where batch_id is not null or due_at is not null)
          + (select count(*) from runs where ended_at is null and status not in ('waiting', 'parked')) as busy`,
  );
  return row?.busy === 0;
}
