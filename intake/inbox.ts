import { appendEntries } from '../audit/append.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { Database, Sql } from '../store/database.ts';
import { readKnown, writeFiled } from '../store/inbox.ts';
import { backlogGauge } from './backlog.ts';
import { entriesOfCommit } from './commit-entries.ts';
import { intakeLimits } from './limits.ts';
import {
  deliveryKeys,
  planCommit,
  type Filing,
  type KeyedFinding,
  type Receipt,
} from './plan-commit.ts';

/** A filing with the originals that its redaction sealed. */
export interface Delivery<Sealed> extends Filing {
  readonly sealed: readonly Sealed[];
}

export interface InboxDeps<Sealed> {
  /** The same delivery as one `unparsed` finding without foreign text: filed where SQL refuses what a body held. */
  readonly unfileable: (delivery: Delivery<Sealed>, verdict: string) => Delivery<Sealed>;
  readonly db: Database;
  readonly tenant: string;
  readonly clock: Clock;
  /** `store/vault.ts keepOriginals`: the originals behind tokens, in the transaction of the findings that hold them. */
  readonly keepOriginals: (tx: Sql, tenant: string, sealed: readonly Sealed[]) => Promise<void>;
  /** Called after each commit that filed something: wakes the dispatcher. */
  readonly onCommitted: () => void;
  readonly limits?: { readonly queueMax?: number; readonly backlogIncidentsMax?: number };
}

export interface Inbox<Sealed> {
  /**
   * Resolves once the delivery is committed, or was before. Throws BACKLOG_FULL where the queue or the backlog reached
   * its bound and STORE_UNAVAILABLE where no commit is possible: nothing was filed then, and the sender must retry.
   */
  file(delivery: Delivery<Sealed>): Promise<Receipt>;
  /** Why deliveries are refused now, if they are: lets a route refuse before it reads a body. */
  refusal(): SallyportError | null;
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
  const queue: Waiting<Sealed>[] = [];
  const backlog = backlogGauge(
    deps,
    deps.limits?.backlogIncidentsMax ?? intakeLimits.backlogIncidentsMax,
  );
  let running: Promise<void> | null = null;

  const refusal = (): SallyportError | null => {
    const full =
      queue.length >= queueMax
        ? 'too many deliveries wait for a commit'
        : backlog.full()
          ? 'too many incidents wait for triage'
          : null;
    return full === null
      ? null
      : new SallyportError('BACKLOG_FULL', full, { retryAfterMs: intakeLimits.retryAfterMs });
  };

  const work = async (): Promise<void> => {
    // Whatever else arrived in this turn of the loop comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      await commitBatch(deps, takeBatch(queue));
      backlog.check();
    }
    // In the same turn as the last look at the queue, or what arrives in between would wait for ever.
    running = null;
  };

  return {
    file: (delivery) => {
      const full = refusal();
      if (full !== null) return Promise.reject(full);
      return new Promise((done, failed) => {
        queue.push({ delivery, done, failed, replaced: false });
        running ??= work();
      });
    },
    refusal,
    waiting: () => queue.length,
    drained: async () => {
      while (running !== null) await running;
    },
  };
}

function takeBatch<Sealed>(queue: Waiting<Sealed>[]): readonly Waiting<Sealed>[] {
  let findings = 0;
  let taken = 0;
  for (const { delivery } of queue) {
    findings += delivery.findings.length;
    if (
      taken > 0 &&
      (taken >= intakeLimits.batchDeliveriesMax || findings > intakeLimits.batchFindingsMax)
    )
      break;
    taken += 1;
  }
  return queue.splice(0, taken);
}

async function commitBatch<Sealed>(
  deps: InboxDeps<Sealed>,
  batch: readonly Waiting<Sealed>[],
): Promise<void> {
  try {
    const answers = await commitWithRetry(
      deps,
      batch.map((item) => item.delivery),
    );
    failpoint('intake-after-commit');
    for (const [index, item] of batch.entries()) settle(item, answers[index]);
    if (answers.some((answer) => !answer.repeated)) deps.onCommitted();
  } catch (error) {
    const remaining = retriable(deps, batch, error);
    if (remaining.length === 0) for (const item of batch) item.failed(asUnavailable(error));
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

const sqlStateOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

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

/** A conflict with another process, or a deadlock, means that what was read is old: read again and decide again. */
async function commitWithRetry<Sealed>(
  deps: InboxDeps<Sealed>,
  deliveries: readonly Delivery<Sealed>[],
): Promise<readonly Receipt[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await deps.db.transaction((tx) => commitOnce(deps, tx, deliveries));
    } catch (error) {
      if (attempt >= intakeLimits.commitAttemptsMax || !isConflict(error)) throw error;
    }
  }
}

const conflictStates: readonly string[] = ['40001', '40P01', '23505'];

function isConflict(error: unknown): boolean {
  if (error instanceof SallyportError) return error.code === 'CONFLICT';
  return conflictStates.includes(sqlStateOf(error));
}

/** An all-clear belongs to the latest incident of its key, a soon return opens it again. */
const mayMeetClosed = ({ finding, correlation }: KeyedFinding): boolean =>
  finding.status === 'closed' || correlation.reopenMs > 0 || correlation.window !== null;

async function commitOnce<Sealed>(
  deps: InboxDeps<Sealed>,
  tx: Sql,
  deliveries: readonly Delivery<Sealed>[],
): Promise<readonly Receipt[]> {
  const keyed = deliveries.flatMap((delivery) => delivery.findings);
  const known = await readKnown(
    tx,
    {
      tenant: deps.tenant,
      deliveries: deliveries.flatMap((item) =>
        deliveryKeys(item).map((delivery) => ({ source: item.source, delivery })),
      ),
      findings: keyed.map((item) => item.finding.id),
      keys: [...new Set(keyed.map((item) => item.correlation.key))],
    },
    [...new Set(keyed.filter(mayMeetClosed).map((item) => item.correlation.key))],
  );
  const plan = planCommit(deliveries, known, { tenant: deps.tenant, nowMs: deps.clock.nowMs() });
  if (plan.filed.length === 0) return plan.answers;
  await writeFiled(tx, plan.rows);
  const sealed = deliveries.flatMap((delivery) => delivery.sealed);
  if (sealed.length > 0) await deps.keepOriginals(tx, deps.tenant, sealed);
  await appendEntries(tx, entriesOfCommit(plan, deps));
  failpoint('intake-before-commit');
  return plan.answers;
}
