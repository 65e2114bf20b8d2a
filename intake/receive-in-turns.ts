import { SallyportError } from '../domain/errors.ts';
import type { Delivery } from './commit.ts';
import { createFairQueue } from './fair-queue.ts';
import { intakeLimits } from './limits.ts';
import type { Receive, VerifiedBody } from './receive.ts';

export const turnLimits = {
  /** Of what waits to be received: past them a sender is told to come again. */
  waitingMax: 2_048,
  waitingBytesMax: 134_217_728,
  /** A source whose bodies wait longer sends more than is read: it is told to come again, so that who is answered is answered soon. */
  waitMsMax: 1_000,
  /** So long bodies are received before the loop sees what else came. Commits go on in between, and gather what was received. */
  turnMs: 5,
} as const;

interface Waiting<Sealed> {
  readonly sent: VerifiedBody;
  readonly sinceMs: number;
  readonly done: (delivery: Delivery<Sealed>) => void;
  readonly failed: (error: unknown) => void;
}

export interface Receiver<Sealed> {
  /** Throws BACKLOG_FULL where too much waits. */
  readonly receive: Receive<Sealed>;
  /** Why a body of that source would be refused now: lets a route refuse before it reads one. */
  readonly refusal: (source: string) => SallyportError | null;
}

/** Receives what waits, by turns of its sources: the alert of one source stands behind one of each other source, however many these sent. */
export function receiveInTurns<Sealed>(
  receive: Receive<Sealed>,
  monotonicMs: () => number,
): Receiver<Sealed> {
  const queue = createFairQueue<Waiting<Sealed>>();
  /** How long the body waited that was taken last; of sources of which more wait. */
  const waitedMs = new Map<string, number>();
  let waitingBytes = 0;
  let isWorking = false;

  const refusal = (source: string): SallyportError | null =>
    queue.size() >= turnLimits.waitingMax ||
    waitingBytes > turnLimits.waitingBytesMax ||
    (waitedMs.get(source) ?? 0) > turnLimits.waitMsMax
      ? comeAgain()
      : null;

  const take = ({ sent, sinceMs }: Waiting<Sealed>): void => {
    waitingBytes -= sent.raw.byteLength;
    if (queue.sizeOf(sent.source) === 0) waitedMs.delete(sent.source);
    else waitedMs.set(sent.source, monotonicMs() - sinceMs);
  };

  async function work(): Promise<void> {
    let sinceMs = monotonicMs();
    for (const next of inTurns(queue)) {
      take(next);
      // Not awaited: what a large body leaves for later (its other drafts, packing) holds up nobody.
      void settle(receive, next);
      if (monotonicMs() - sinceMs < turnLimits.turnMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sinceMs = monotonicMs();
    }
    // In the same turn as the last look at the queue, or what arrives in between would wait for ever.
    isWorking = false;
  }

  return {
    refusal,
    receive: (sent) =>
      new Promise((done, failed) => {
        const full = refusal(sent.source);
        if (full !== null) return failed(full);
        queue.push(sent.source, { sent, sinceMs: monotonicMs(), done, failed });
        waitingBytes += sent.raw.byteLength;
        if (isWorking) return;
        isWorking = true;
        void work();
      }),
  };
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
