import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { canonicalJson } from '../domain/digest.ts';
import type { Finding } from '../domain/finding.ts';
import { asJson, type Json, type JsonObject } from '../domain/json.ts';
import type { Clock } from '../platform/clock.ts';
import { isoTime } from '../platform/clock.ts';
import { readKept, type KeptBody, type KeptQuery } from '../store/alert-bodies.ts';
import type { Database, Sql } from '../store/database.ts';
import { filedBefore, putFinding, putLead, type FiledBefore } from '../store/replays.ts';
import { derivedUid } from './finish.ts';
import type { Inbox } from './inbox.ts';
import { keptText } from './keep-alert.ts';
import { underKey } from './other-names.ts';
import { receive, type ReceiveDeps } from './receive.ts';
import type { Delivery } from './commit.ts';

export interface ReplayDeps<Sealed> extends ReceiveDeps<Sealed> {
  readonly db: Database;
  readonly clock: Clock;
  readonly inbox: Inbox<Sealed>;
  readonly sources: { readonly [name: string]: { readonly format?: string } };
  /** The key that tokens are made with today. */
  readonly tokenKeyId: string;
}

export interface ReplayOrder {
  readonly source: string | null;
  readonly since: string;
  readonly until: string;
  readonly after: KeptQuery['after'];
  readonly limit: number;
  /** Only says what would change. */
  readonly isRehearsal: boolean;
  readonly person: string;
}

export interface ReplayReport {
  readonly bodies: number;
  /** Read as before. */
  readonly same: number;
  /** Read anew within the incidents that they have. */
  readonly changed: number;
  /** Filed as a delivery of today: nothing had been made of them yet. */
  readonly filed: number;
  readonly next: KeptQuery['after'];
}

/**
 * Reads kept bodies once more, by the readers of today. What already led to a ticket or a run stays with its incident,
 * so that nothing gets a second ticket; what led to nothing is filed as if it came now. Doing it twice changes nothing.
 */
export function createReplay<Sealed>(
  deps: ReplayDeps<Sealed>,
): (order: ReplayOrder) => Promise<ReplayReport> {
  return async (order) => {
    const bodies = await readKept(deps.db, { ...order, tenant: deps.tenant });
    const outcomes = { same: 0, changed: 0, filed: 0 };
    for (const body of bodies) outcomes[await replayOne(deps, body, order)] += 1;
    const last = bodies.length < order.limit ? undefined : bodies.at(-1);
    return {
      bodies: bodies.length,
      ...outcomes,
      next:
        last === undefined
          ? null
          : { receivedAt: last.receivedAt.toISOString(), receiptId: last.receiptId },
    };
  };
}

type Outcome = 'same' | 'changed' | 'filed';

async function replayOne<Sealed>(
  deps: ReplayDeps<Sealed>,
  kept: KeptBody,
  order: ReplayOrder,
): Promise<Outcome> {
  const text = (await keptText(kept.body)).toString();
  const delivery = await readAgain(deps, kept, text);
  const outcome = await deps.db.transaction(async (tx) => {
    const before = await filedBefore(tx, deps.tenant, kept.receiptId);
    const decided = decide(before, delivery);
    if (decided.kind === 'changed' && !order.isRehearsal)
      await rewrite(deps, tx, { kept, order, changes: decided.changes });
    return decided.kind;
  });
  // Its own commit: the inbox counts it, finds its incident by its key, and wakes the dispatcher.
  if (outcome !== 'filed' || order.isRehearsal) return outcome;
  const { repeated } = await deps.inbox.file(await underTodaysKey(deps, kept, { text, delivery }));
  return repeated ? 'same' : 'filed';
}

interface ReadBody<Sealed> {
  readonly text: string;
  readonly delivery: Delivery<Sealed>;
}

/** As it would be read had it come today: with the tokens of today, and what its findings went by under those that it was kept with. */
async function underTodaysKey<Sealed>(
  deps: ReplayDeps<Sealed>,
  kept: KeptBody,
  { text, delivery }: ReadBody<Sealed>,
): Promise<Delivery<Sealed>> {
  const { tenant, tokenKeyId: id } = deps;
  const renamed = await underKey(deps.db, text, { tenant, id });
  if (renamed === text) return delivery;
  const today = await readAgain(deps, kept, renamed);
  return {
    ...today,
    findings: today.findings.map((item, at) => {
      const before = delivery.findings[at];
      return before === undefined
        ? item
        : { ...item, older: [{ finding: before.finding.id, key: before.correlation.key }] };
    }),
  };
}

function readAgain<Sealed>(
  deps: ReplayDeps<Sealed>,
  kept: KeptBody,
  text: string,
): Promise<Delivery<Sealed>> {
  // What is kept is kept: a replay keeps nothing of its own.
  const { keeping: _, ...readers } = deps;
  return receive(readers, {
    source: kept.source,
    raw: Buffer.from(text),
    coding: undefined,
    formatHint: deps.sources[kept.source]?.format ?? null,
    deliveryId: `replay:${kept.receiptId}`,
    receivedAtMs: deps.clock.nowMs(),
    writtenNearMs: kept.receivedAt.getTime(),
  });
}

interface Change {
  readonly finding: Finding;
  readonly before: FiledBefore;
}

type Decided =
  | { readonly kind: 'same' | 'filed' }
  | { readonly kind: 'changed'; readonly changes: readonly Change[] };

function decide(before: readonly FiledBefore[], delivery: Delivery<unknown>): Decided {
  const known = new Map(before.map((one) => [one.id, one]));
  const [first] = before;
  const found = delivery.findings.map(({ finding }, index) => asNamed(finding, before[index]));
  const changed = found.filter((finding) => {
    const old = known.get(finding.id);
    return old === undefined || !readsAs(old.body, asJson(finding));
  });
  if (changed.length === 0) return { kind: 'same' };
  const isNew = changed.every((finding) => !known.has(finding.id));
  if (first === undefined || (isNew && before.every((one) => !one.isTicketed)))
    return { kind: 'filed' };
  return {
    kind: 'changed',
    changes: changed.map((finding) => ({
      finding,
      before: known.get(finding.id) ?? before[found.indexOf(finding)] ?? first,
    })),
  };
}

/**
 * An id that was derived from what an alert says differs where redaction took something out of it: what was read in the
 * same place keeps the name that it has.
 */
function asNamed(finding: Finding, before: FiledBefore | undefined): Finding {
  const uid = before?.body['uid'];
  const isSame =
    before !== undefined &&
    typeof uid === 'string' &&
    uid.startsWith(derivedUid) &&
    finding.uid.startsWith(derivedUid) &&
    before.body['format'] === finding.format &&
    before.body['time'] === finding.time;
  return isSame ? { ...finding, id: before.id, uid } : finding;
}

/** Notes tell how the body was written, and a kept body is written anew; observables may lie in what redaction took out. */
function readsAs(before: JsonObject, now: JsonObject): boolean {
  const { notes: _, observables: had, ...was } = before;
  const { notes: __, observables: has, ...is } = now;
  return (
    canonicalJson(was) === canonicalJson(is) &&
    textsOf(has).every((text) => textsOf(had).includes(text))
  );
}

const textsOf = (list: Json | undefined): readonly string[] =>
  Array.isArray(list) ? (list as readonly Json[]).map((one) => canonicalJson(one)) : [];

async function rewrite<Sealed>(
  deps: ReplayDeps<Sealed>,
  tx: Sql,
  done: {
    readonly kept: KeptBody;
    readonly order: ReplayOrder;
    readonly changes: readonly Change[];
  },
): Promise<void> {
  const { kept, order, changes } = done;
  for (const { finding, before } of changes) {
    const { incidentId } = before;
    await putFinding(tx, {
      id: finding.id,
      tenant: deps.tenant,
      incidentId,
      receiptId: kept.receiptId,
      body: asJson(finding),
    });
    if (!before.isLead || before.isClosed) continue;
    const { id: findingId, title, format, kind, severityId } = finding;
    await putLead(tx, { incidentId, findingId, title, format, kind, severityId });
  }
  const entries = changes.map(({ finding, before }) =>
    newEntry(
      {
        tenant: deps.tenant,
        type: 'alert.replayed',
        actor: { kind: 'person', id: order.person },
        incident: before.incidentId,
        run: null,
        subject: finding.id,
        outcome: 'done',
        data: {
          receipt: kept.receiptId,
          receivedAt: isoTime(kept.receivedAt.getTime()),
          finding: before.id,
          format: finding.format,
        },
      },
      deps.clock,
    ),
  );
  await appendEntries(tx, entries);
}
