import { SallyportError } from '../domain/errors.ts';
import type { Delivery } from './commit.ts';
import { createFairQueue } from './fair-queue.ts';
import { intakeLimits } from './limits.ts';
import type { Receive, VerifiedBody } from './receive.ts';
import type { StormPace } from './storm-pace.ts';

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

/**
 * Receives what waits, by turns of its sources: the alert of one source stands behind one of each other source, however many these sent.
 * What storms is read at the pace that it may have; a rest ends as soon as another source sends something.
 */
export function receiveInTurns<Sealed>(
  receive: Receive<Sealed>,
  monotonicMs: () => number,
  pace: StormPace,
): Receiver<Sealed> {
  const queue = createFairQueue<Waiting<Sealed>>();
  /** How long the body waited that was taken last; of sources of which more wait. */
  const waitedMs = new Map<string, number>();
  let waitingBytes = 0;
  let isWorking = false;
  const rest = createRest();

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
      const startedMs = monotonicMs();
      take(next);
      // Not awaited: what a large body leaves for later (its other drafts, packing) holds up nobody.
      void settle(receive, next);
      const nowMs = monotonicMs();
      pace.read(next.sent.source, nowMs - startedMs);
      const restMs = pace.restMs(queue.sources());
      if (restMs > 0) await rest.take(restMs);
      else if (nowMs - sinceMs < turnLimits.turnMs) continue;
      else await new Promise((resolve) => setImmediate(resolve));
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
        pace.came(sent.source);
        if (pace.restMs(queue.sources()) === 0) rest.end();
        if (isWorking) return;
        isWorking = true;
        void work();
      }),
  };
}

/** A wait that may be ended early. */
function createRest(): { take(ms: number): Promise<void>; end(): void } {
  let end: () => void = () => undefined;
  return {
    take: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
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
