import { hash } from 'node:crypto';
import { idOf } from '../domain/digest.ts';
import type { Actor } from '../domain/entry.ts';
import type { Finding } from '../domain/finding.ts';
import { asJson } from '../domain/json.ts';
import { isoTime } from '../platform/clock.ts';
import type {
  FiledRows,
  FindingRow,
  KnownReceipt,
  KnownRows,
  ReceiptFinding,
  ReceiptRow,
} from '../store/inbox.ts';
import type { Correlation } from './correlation.ts';
import { intakeLimits } from './limits.ts';
import type { Homes, Renaming, Reopening } from './homes.ts';
import type { OlderName } from './older-names.ts';
import { placeFinding } from './place-finding.ts';

/** One delivery that was authenticated, read and redacted: what a commit files. */
export interface Filing {
  readonly source: string;
  /** The sender's own id of the delivery; null where it gave none. */
  readonly deliveryId: string | null;
  readonly bodySha256: string;
  readonly bodyBytes: number;
  readonly receivedAtMs: number;
  readonly findings: readonly KeyedFinding[];
  /** Who reported it, where that was a person and not a product. */
  readonly person?: string | null;
  /**
   * `complete`: it says all that is wrong; each such report counts by its time, for the same body an hour later says
   * that nothing changed since. `report:…`: of which report. `canary`: our own synthetic alert.
   */
  readonly marks?: readonly DeliveryMark[];
}

export type DeliveryMark = 'complete' | 'canary' | `report:${string}`;

/** Hashed: the name is foreign text of any length. */
export const reportMark = (name: string): DeliveryMark =>
  `report:${hash('sha256', name, 'hex').slice(0, 24)}`;

export interface KeyedFinding {
  readonly finding: Finding;
  readonly correlation: Correlation;
  /** What it went by under token keys that overlap with the current one; empty where no token makes a difference. */
  readonly older: readonly OlderName[];
}

export interface Receipt {
  readonly receiptId: string;
  readonly findings: readonly ReceiptFinding[];
  /** True where the delivery had come before, so that nothing was filed or counted. */
  readonly repeated: boolean;
}

export interface PlannedCommit {
  readonly rows: FiledRows;
  /** One per filing, in their order. */
  readonly answers: readonly Receipt[];
  /** What is new, for the entries. */
  readonly filed: readonly {
    readonly receipt: ReceiptRow;
    readonly bytes: number;
    readonly findings: readonly KeyedFinding[];
    readonly actor: Actor;
  }[];
  readonly openers: ReadonlyMap<string, Actor>;
  readonly reopened: ReadonlyMap<string, Reopening>;
  /** Incidents whose window passed, with their key. */
  readonly retired: ReadonlyMap<string, string>;
  readonly renamed: ReadonlyMap<string, Renaming>;
}

export interface PlanContext {
  readonly tenant: string;
  readonly nowMs: number;
}

/** Hashed: a sender's id is foreign text of any length. */
export const deliveryIdKey = (id: string): string => `id:${hash('sha256', id, 'hex')}`;

/** Under which keys a delivery may be known: by its sender's id, that id with this very body, or its body alone. */
export function deliveryKeys(filing: Filing): readonly string[] {
  if (filing.deliveryId === null && filing.marks?.includes('complete') === true)
    return [`body:${filing.bodySha256} at:${filing.receivedAtMs}`];
  if (filing.deliveryId === null) return [`body:${filing.bodySha256}`];
  const first = deliveryIdKey(filing.deliveryId);
  return [first, `${first} body:${filing.bodySha256}`];
}

/**
 * Decides what a commit writes, one filing after the other, so that the result is the same however deliveries fall
 * into batches. Pure: what is known comes from the rows that the same transaction read and locked.
 */
export function planCommit(
  filings: readonly Filing[],
  known: KnownRows,
  context: PlanContext,
): PlannedCommit {
  const state = stateFrom(known, context);
  const answers: Receipt[] = [];
  for (const filing of filings) answers.push(fileOne(state, filing));
  return {
    rows: {
      expiredReceipts: [...state.expired],
      receipts: state.filed.map((item) => item.receipt),
      incidents: [...state.opened.values()],
      retired: [...state.retired.keys()],
      renamed: [...state.renamed].map(([id, { from, to, parts }]) => ({ id, from, to, parts })),
      updates: [...state.updates.values()],
      findings: state.findings,
    },
    answers,
    filed: state.filed,
    openers: state.openers,
    reopened: state.reopened,
    retired: state.retired,
    renamed: state.renamed,
  };
}

interface State extends Homes {
  readonly receipts: Map<string, KnownReceipt>;
  readonly expired: Set<string>;
  readonly placed: Map<string, string>;
  readonly findings: FindingRow[];
  readonly filed: { receipt: ReceiptRow; bytes: number; findings: KeyedFinding[]; actor: Actor }[];
}

const receiptKey = (source: string, delivery: string): string => `${source}\0${delivery}`;

function stateFrom(known: KnownRows, context: PlanContext): State {
  const oldestMs = context.nowMs - intakeLimits.deliveryWindowMs;
  const fresh = known.receipts.filter((item) => item.receivedAtMs >= oldestMs);
  return {
    ...context,
    receipts: new Map(fresh.map((item) => [receiptKey(item.source, item.delivery), item])),
    expired: new Set(
      known.receipts.filter((item) => item.receivedAtMs < oldestMs).map((item) => item.id),
    ),
    placed: new Map(known.findings.map((item) => [item.id, item.incident])),
    open: new Map(known.open.map((item) => [item.key, { ...item, isNew: false }])),
    closed: new Map(known.closed.map((item) => [item.key, item])),
    retired: new Map(),
    renamed: new Map(),
    reopened: new Map(),
    opened: new Map(),
    updates: new Map(),
    openers: new Map(),
    findings: [],
    filed: [],
  };
}

function fileOne(state: State, filing: Filing): Receipt {
  const [first = '', second] = deliveryKeys(filing);
  const known = state.receipts.get(receiptKey(filing.source, first));
  if (known?.bodySha256 === filing.bodySha256) return repeated(known);
  const reused = known !== undefined && second !== undefined;
  const knownAgain = reused ? state.receipts.get(receiptKey(filing.source, second)) : undefined;
  if (knownAgain !== undefined) return repeated(knownAgain);
  return fileNew(state, filing, {
    delivery: reused ? second : first,
    flags: reused ? ['id-reused'] : [],
  });
}

const repeated = (receipt: KnownReceipt): Receipt => ({
  receiptId: receipt.id,
  findings: receipt.findings,
  repeated: true,
});

function actorOf(filing: Filing): Actor {
  return filing.person == null
    ? { kind: 'source', id: filing.source }
    : { kind: 'person', id: filing.person };
}

/** As which finding, and where: before the key of its tokens was rotated it may have had another id. */
function placedBefore(
  { placed }: State,
  { finding, older }: KeyedFinding,
): Omit<ReceiptFinding, 'kind'> | null {
  for (const id of [finding.id, ...older.map((name) => name.finding)]) {
    const incident = placed.get(id);
    if (incident !== undefined) return { id, incident };
  }
  return null;
}

function fileNew(
  state: State,
  filing: Filing,
  as: { readonly delivery: string; readonly flags: readonly string[] },
): Receipt {
  const { tenant } = state;
  const id = idOf('rcp', 'sallyport/receipt/v1', [
    tenant,
    filing.source,
    as.delivery,
    filing.receivedAtMs,
  ]);
  const counted: KeyedFinding[] = [];
  const findings = filing.findings.map((item): ReceiptFinding => {
    const { finding } = item;
    const before = placedBefore(state, item);
    if (before !== null) return { ...before, kind: finding.kind };
    const incident = placeFinding(state, {
      ...item,
      source: filing.source,
      actor: actorOf(filing),
      receivedAtMs: filing.receivedAtMs,
    });
    state.placed.set(finding.id, incident);
    // A Finding is JSON by construction; interfaces carry no index signature.
    state.findings.push({
      id: finding.id,
      tenant,
      incident_id: incident,
      receipt_id: id,
      body: asJson(finding),
    });
    counted.push(item);
    return { id: finding.id, incident, kind: finding.kind };
  });
  const receipt: ReceiptRow = {
    id,
    tenant,
    source: filing.source,
    delivery: as.delivery,
    body_sha256: filing.bodySha256,
    flags: [...as.flags, ...(filing.marks ?? [])],
    findings,
    received_at: isoTime(filing.receivedAtMs),
  };
  state.filed.push({ actor: actorOf(filing), receipt, bytes: filing.bodyBytes, findings: counted });
  state.receipts.set(receiptKey(filing.source, as.delivery), {
    id,
    source: filing.source,
    delivery: as.delivery,
    bodySha256: filing.bodySha256,
    findings,
    receivedAtMs: filing.receivedAtMs,
  });
  return { receiptId: id, findings, repeated: false };
}
