import { appendEntries } from '../audit/append.ts';
import { SallyportError } from '../domain/errors.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import { insertKept, type KeptRow } from '../store/alert-bodies.ts';
import type { Database, Sql } from '../store/database.ts';
import { readKnown, writeFiled } from '../store/inbox.ts';
import { takeTurns } from '../store/renaming.ts';
import { activeStorms, saveStorms } from '../store/storms.ts';
import { entriesOfCommit } from './commit-entries.ts';
import type { KeptAlert } from './keep-alert.ts';
import { intakeLimits } from './limits.ts';
import {
  deliveryKeys,
  planCommit,
  type Filing,
  type KeyedFinding,
  type PlannedCommit,
  type Receipt,
} from './plan-commit.ts';
import { heldBySource, planStorms, type PlannedStorms } from './storm.ts';
import type { StormGauge } from './storm-gauge.ts';

/** A filing with the originals that its redaction sealed. */
export interface Delivery<Sealed> extends Filing {
  readonly sealed: readonly Sealed[];
  readonly kept?: KeptAlert;
}

export interface CommitDeps<Sealed> {
  readonly db: Database;
  readonly tenant: string;
  readonly clock: Clock;
  /** `store/vault.ts keepOriginals`: the originals behind tokens, in the transaction of the findings that hold them. */
  readonly keepOriginals: (tx: Sql, tenant: string, sealed: readonly Sealed[]) => Promise<void>;
  readonly storms: StormGauge;
}

export interface Committed {
  /** One for each delivery, in their order. */
  readonly answers: readonly Receipt[];
  /** How many incidents each source opened. */
  readonly opened: ReadonlyMap<string, number>;
}

export const sqlStateOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** A conflict with another process, or a deadlock, means that what was read is old: read again and decide again. */
export async function commitWithRetry<Sealed>(
  deps: CommitDeps<Sealed>,
  deliveries: readonly Delivery<Sealed>[],
): Promise<Committed> {
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

/** Older keys come last, and mostly there are none. */
const keysOf = (keyed: readonly KeyedFinding[]): readonly string[] => [
  ...new Set(keyed.map(({ correlation }) => correlation.key)),
  ...new Set(keyed.flatMap(({ older }) => older.map(({ key }) => key))),
];

async function commitOnce<Sealed>(
  deps: CommitDeps<Sealed>,
  tx: Sql,
  deliveries: readonly Delivery<Sealed>[],
): Promise<Committed> {
  const keyed = deliveries.flatMap((delivery) => delivery.findings);
  const older = keyed.flatMap((item) => item.older);
  if (older.length > 0) await takeTurns(tx, deps.tenant);
  const known = await readKnown(
    tx,
    {
      tenant: deps.tenant,
      deliveries: deliveries.flatMap((item) =>
        deliveryKeys(item).map((delivery) => ({ source: item.source, delivery })),
      ),
      findings: [
        ...keyed.map((item) => item.finding.id),
        ...new Set(older.map((name) => name.finding)),
      ],
      keys: keysOf(keyed),
    },
    keysOf(keyed.filter(mayMeetClosed)),
  );
  const nowMs = deps.clock.nowMs();
  const planned = planCommit(deliveries, known, { tenant: deps.tenant, nowMs });
  if (planned.filed.length === 0) return noneFiled(planned.answers);
  const { plan, storms } = await withStorms(deps, tx, { plan: planned, nowMs });
  const kept = keptOf(deliveries, plan.answers);
  const sealed = deliveries.flatMap((delivery) => delivery.sealed);
  // Sent at once, and run in this order: what is kept refers to receipts.
  await Promise.all([
    writeFiled(tx, plan.rows),
    storms.length > 0 && saveStorms(tx, storms),
    kept.length > 0 && insertKept(tx, deps.tenant, kept),
    sealed.length > 0 && deps.keepOriginals(tx, deps.tenant, sealed),
    appendEntries(tx, entriesOfCommit(plan, deps)),
  ]);
  failpoint('intake-before-commit');
  return { answers: plan.answers, opened: openedBySource(planned) };
}

/** A delivery that came before was kept before. */
function keptOf(
  deliveries: readonly Delivery<unknown>[],
  answers: readonly Receipt[],
): readonly KeptRow[] {
  return deliveries.flatMap(({ kept, source, receivedAtMs }, index) => {
    const answer = answers[index];
    if (kept === undefined || answer === undefined || answer.repeated) return [];
    const { body, original } = kept;
    return [
      {
        receiptId: answer.receiptId,
        source,
        body,
        receivedAt: isoTime(receivedAtMs),
        original:
          original === null ? null : { ...original, expiresAt: isoTime(original.expiresAtMs) },
      },
    ];
  });
}

const noneFiled = (answers: readonly Receipt[]): Committed => ({ answers, opened: new Map() });

function openedBySource(plan: PlannedCommit): ReadonlyMap<string, number> {
  const opened = new Map<string, number>();
  for (const { source } of plan.rows.incidents) opened.set(source, (opened.get(source) ?? 0) + 1);
  return opened;
}

async function withStorms<Sealed>(
  deps: CommitDeps<Sealed>,
  tx: Sql,
  { plan, nowMs }: { readonly plan: PlannedCommit; readonly nowMs: number },
): Promise<PlannedStorms> {
  const { tenant, storms: gauge } = deps;
  const context = { tenant, nowMs, allowance: (source: string) => gauge.allowance(source) };
  const held = heldBySource(plan, context);
  if (held.size === 0) return { plan, storms: [] };
  const active = await activeStorms(tx, tenant, [...held.keys()]);
  return planStorms(plan, held, { ...context, active });
}
