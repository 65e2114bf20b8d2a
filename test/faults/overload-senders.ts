import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import type { Pool } from 'undici';
import { senderSecret } from './alerts.ts';

/** What senders were answered. */
export interface Tally {
  readonly accepted: Set<string>;
  readonly answerMs: number[];
  refused: number;
  /** Answers of 503 without `Retry-After`, and those that are neither 202 nor 503. */
  wrong: number;
  sent: number;
}

export const newTally = (): Tally => ({
  accepted: new Set(),
  answerMs: [],
  refused: 0,
  wrong: 0,
  sent: 0,
});

export const pause = async (ms: number): Promise<void> =>
  void (await once(AbortSignal.timeout(Math.max(1, Math.round(ms))), 'abort'));

const attemptsMax = 10_000;

function bodyOf(id: string, critical: boolean): string {
  return JSON.stringify({
    id,
    title: 'Suspicious process seen',
    severity: critical ? 'critical' : 'low',
    time: new Date().toISOString(),
    rule: { id: 'overload' },
    host: { name: `srv-${id}` },
  });
}

export interface Sender {
  readonly pool: Pool;
  readonly tally: Tally;
}

interface Answer {
  readonly status: number;
  /** Seconds; NaN where nothing was said. */
  readonly retryAfter: number;
}

/** Null where there was none. */
async function post(
  pool: Pool,
  headers: Record<string, string>,
  body: string,
): Promise<Answer | null> {
  try {
    const answer = await pool.request({
      method: 'POST',
      path: '/v1/alerts/faults',
      headers,
      body,
    });
    await answer.body.dump();
    return {
      status: answer.statusCode,
      retryAfter: Number(answer.headers['retry-after'] ?? Number.NaN),
    };
  } catch {
    return null;
  }
}

/** Until it is accepted: after a 503 not before the time that it names. */
async function deliver(
  { pool, tally }: Sender,
  alert: { readonly id: string; readonly body: string },
): Promise<void> {
  const signature = createHmac('sha256', senderSecret).update(alert.body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-delivery': alert.id,
    'x-signature': `sha256=${signature}`,
  };
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const startMs = performance.now();
    const answer = await post(pool, headers, alert.body);
    if (answer?.status === 202) {
      tally.answerMs.push(performance.now() - startMs);
      tally.accepted.add(alert.id);
      return;
    }
    const isTold = answer !== null && answer.retryAfter > 0;
    if (answer?.status === 503) tally.refused += 1;
    if (answer !== null && (answer.status !== 503 || !isTold)) tally.wrong += 1;
    await pause((isTold ? answer.retryAfter : 1) * 1_000 * (1 + Math.random()));
  }
}

const outstandingMax = 2_000;
export interface Phase {
  readonly name: string;
  /** New alerts a second. */
  readonly rate: number;
  readonly seconds: number;
  /** One in so many alerts is critical. */
  readonly criticalEvery: number;
}

/** At most `outstandingMax` alerts wait for their 202 at once; ends when each has it. */
export async function sendFor(sender: Sender, phase: Phase): Promise<void> {
  const open = new Set<Promise<void>>();
  let oneIsOver = (): void => undefined;
  const startMs = performance.now();
  const total = phase.rate * phase.seconds;
  for (
    let turn = 0;
    turn < total && performance.now() - startMs < phase.seconds * 1_000;
    turn += 1
  ) {
    const dueMs = (turn * 1_000) / phase.rate - (performance.now() - startMs);
    if (dueMs > 1) await pause(dueMs);
    if (open.size >= outstandingMax) await new Promise<void>((resolve) => (oneIsOver = resolve));
    const id = `${phase.name}-${turn}`;
    const critical = turn % phase.criticalEvery === 0;
    const sending = deliver(sender, {
      id: critical ? `${id}-critical` : id,
      body: bodyOf(critical ? `${id}-critical` : id, critical),
    });
    sender.tally.sent += 1;
    open.add(sending);
    void sending.finally(() => {
      open.delete(sending);
      oneIsOver();
    });
  }
  await Promise.all(open);
}
