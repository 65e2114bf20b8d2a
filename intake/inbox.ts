import { SallyportError } from '../domain/errors.ts';
import { failpoint } from '../platform/failpoint.ts';
import { backlogGauge } from './backlog.ts';
import { commitWithRetry, sqlStateOf, type CommitDeps, type Delivery } from './commit.ts';
import { createFairQueue } from './fair-queue.ts';
import { intakeLimits } from './limits.ts';
import type { Receipt } from './plan-commit.ts';

export interface InboxDeps<Sealed> extends CommitDeps<Sealed> {
  /** The same delivery as one `unparsed` finding without foreign text: filed where SQL refuses what a body held. */
  readonly unfileable: (delivery: Delivery<Sealed>, verdict: string) => Delivery<Sealed>;
  /** Called after each commit that filed something: wakes the dispatcher. */
  readonly onCommitted: () => void;
  /** Called for each commit that could not be made, and whose senders were told to come again. */
  readonly onRefused: (error: unknown) => void;
  readonly limits?: { readonly queueMax?: number; readonly backlogIncidentsMax?: number };
}

export interface Inbox<Sealed> {
  /**
   * Resolves once the delivery is committed, or was before. Throws BACKLOG_FULL where the queue or the backlog reached
   * its bound and STORE_UNAVAILABLE where no commit is possible: nothing was filed then, and the sender must retry.
   */
  file(delivery: Delivery<Sealed>): Promise<Receipt>;
  /** Why deliveries are refused now, if they are: lets a route refuse before it reads a body. */
  refusal(source?: string | null): SallyportError | null;
  /** The same for one delivery that is here, which counts against the rate of its source. */
  admit(source: string): SallyportError | null;
  /** How many deliveries wait for a commit, for metrics. */
  waiting(): number;
  /** Resolves when what waits is committed. */
  drained(): Promise<void>;
}

interface Waiting<Sealed> {
  /** True once its findings were replaced by one that SQL can hold: that is done once. */
  readonly replaced: boolean;
  readonly delivery: Delivery<Sealed>;
  readonly done: (receipt: Receipt) => void;
  readonly failed: (error: unknown) => void;
}

/** Group commit: what arrives while one commit runs goes into the next, so that a storm costs few transactions. */
export function createInbox<Sealed>(deps: InboxDeps<Sealed>): Inbox<Sealed> {
  const queueMax = deps.limits?.queueMax ?? intakeLimits.queueMax;
  const queue = createFairQueue<Waiting<Sealed>>();
  const backlog = backlogGauge(
    deps,
    deps.limits?.backlogIncidentsMax ?? intakeLimits.backlogIncidentsMax,
  );
  let running: Promise<void> | null = null;

  const why = (source: string | null): string | null => {
    if (queue.size() >= queueMax) return 'too many deliveries wait for a commit';
    // A half is for the others: a flood of one source must not turn them away.
    if (source !== null && queue.sizeOf(source) >= Math.ceil(queueMax / 2))
      return 'too many deliveries of this source wait for a commit';
    if (source !== null && !deps.storms.isStorming(source) && !backlog.overfull()) return null;
    return backlog.full() ? 'too many incidents wait for triage' : null;
  };
  const refusal = (source: string | null = null): SallyportError | null => {
    const full = why(source);
    return full === null ? null : comeAgain(full, intakeLimits.retryAfterMs);
  };

  const work = async (): Promise<void> => {
    // Whatever else arrived in this turn of the loop comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.size() > 0) {
      await commitBatch(deps, queue.take(fitsOneCommit()));
      backlog.check();
    }
    // In the same turn as the last look at the queue, or what arrives in between would wait for ever.
    running = null;
  };

  return {
    file: (delivery) => {
      const full = refusal(delivery.source);
      if (full !== null) return Promise.reject(full);
      return new Promise((done, failed) => {
        queue.push(delivery.source, { delivery, done, failed, replaced: false });
        running ??= work();
      });
    },
    refusal,
    admit: (source) => {
      const full = refusal(source);
      if (full !== null) return full;
      const waitMs = deps.storms.delivery(source);
      if (waitMs === 0) return null;
      const tooFast = 'the source sends faster than it may';
      return comeAgain(tooFast, Math.max(waitMs, intakeLimits.retryAfterMsMin));
    },
    waiting: () => queue.size(),
    drained: async () => {
      while (running !== null) await running;
    },
  };
}

const comeAgain = (why: string, retryAfterMs: number): SallyportError =>
  new SallyportError('BACKLOG_FULL', why, { retryAfterMs });

function fitsOneCommit(): (item: Waiting<unknown>) => boolean {
  let deliveries = 0;
  let findings = 0;
  return ({ delivery }) => {
    deliveries += 1;
    findings += delivery.findings.length;
    return (
      deliveries <= intakeLimits.batchDeliveriesMax && findings <= intakeLimits.batchFindingsMax
    );
  };
}

async function commitBatch<Sealed>(
  deps: InboxDeps<Sealed>,
  batch: readonly Waiting<Sealed>[],
): Promise<void> {
  try {
    const { answers, opened } = await commitWithRetry(
      deps,
      batch.map((item) => item.delivery),
    );
    failpoint('intake-after-commit');
    for (const [source, incidents] of opened) deps.storms.opened(source, incidents);
    for (const [index, item] of batch.entries()) settle(item, answers[index]);
    if (answers.some((answer) => !answer.repeated)) deps.onCommitted();
  } catch (error) {
    const remaining = retriable(deps, batch, error);
    if (remaining.length === 0) {
      deps.onRefused(error);
      for (const item of batch) item.failed(asUnavailable(error));
    }
    for (const item of remaining) await commitBatch(deps, [item]);
  }
}

/** One delivery that SQL refuses must not fail those beside it: each goes alone, and then without what was refused. */
function retriable<Sealed>(
  deps: InboxDeps<Sealed>,
  batch: readonly Waiting<Sealed>[],
  error: unknown,
): readonly Waiting<Sealed>[] {
  if (isUnavailable(error)) return [];
  if (batch.length > 1) return batch;
  const state = sqlStateOf(error);
  // Class 22: data that a column cannot hold; 54: larger than PostgreSQL takes.
  if (!state.startsWith('22') && !state.startsWith('54')) return [];
  return batch
    .filter((item) => !item.replaced)
    .map((item) => ({
      ...item,
      replaced: true,
      delivery: deps.unfileable(item.delivery, `store-refused: ${state}`),
    }));
}

function settle<Sealed>(item: Waiting<Sealed>, answer: Receipt | undefined): void {
  if (answer === undefined)
    item.failed(
      new SallyportError('BROKEN_INVARIANT', 'a delivery was committed without a receipt'),
    );
  else item.done(answer);
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof SallyportError && error.code === 'STORE_UNAVAILABLE';

function asUnavailable(error: unknown): SallyportError {
  if (error instanceof SallyportError && error.code !== 'CONFLICT') return error;
  return new SallyportError('STORE_UNAVAILABLE', 'the alert could not be committed', {
    cause: error,
    retryAfterMs: intakeLimits.retryAfterMs,
  });
}
