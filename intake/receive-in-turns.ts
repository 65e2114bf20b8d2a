import { SallyportError } from '../domain/errors.ts';
import type { Delivery } from './commit.ts';
import { createFairQueue } from './fair-queue.ts';
import { intakeLimits } from './limits.ts';
import type { Receive, VerifiedBody } from './receive.ts';

export const turnLimits = {
  /** Of what waits to be received: past them a sender is told to come again. */
  waitingMax: 2_048,
  waitingBytesMax: 134_217_728,
  /** So long bodies are received before the loop sees what else came. Commits go on in between, and gather what was received. */
  turnMs: 5,
} as const;

interface Waiting<Sealed> {
  readonly sent: VerifiedBody;
  readonly done: (delivery: Delivery<Sealed>) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Receives what waits, by turns of its sources: the alert of one source stands behind one of each other source, however many these sent. Throws
 * BACKLOG_FULL where too much waits.
 */
export function receiveInTurns<Sealed>(
  receive: Receive<Sealed>,
  monotonicMs: () => number,
): Receive<Sealed> {
  const queue = createFairQueue<Waiting<Sealed>>();
  let waitingBytes = 0;
  let isWorking = false;

  async function work(): Promise<void> {
    let sinceMs = monotonicMs();
    for (const next of inTurns(queue)) {
      waitingBytes -= next.sent.raw.byteLength;
      await settle(receive, next);
      if (monotonicMs() - sinceMs < turnLimits.turnMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sinceMs = monotonicMs();
    }
    // In the same turn as the last look at the queue, or what arrives in between would wait for ever.
    isWorking = false;
  }

  return (sent) =>
    new Promise((done, failed) => {
      if (queue.size() >= turnLimits.waitingMax || waitingBytes > turnLimits.waitingBytesMax)
        return failed(comeAgain());
      queue.push(sent.source, { sent, done, failed });
      waitingBytes += sent.raw.byteLength;
      if (isWorking) return;
      isWorking = true;
      void work();
    });
}

function* inTurns<Item>(queue: ReturnType<typeof createFairQueue<Item>>): Generator<Item> {
  while (queue.size() > 0) yield* queue.take(() => false);
}

/** Never rejects: whoever waits hears of it. */
async function settle<Sealed>(receive: Receive<Sealed>, waiting: Waiting<Sealed>): Promise<void> {
  try {
    waiting.done(await receive(waiting.sent));
  } catch (error) {
    waiting.failed(error);
  }
}

const comeAgain = (): SallyportError =>
  new SallyportError('BACKLOG_FULL', 'too many deliveries wait to be read', {
    retryAfterMs: intakeLimits.retryAfterMs,
  });
