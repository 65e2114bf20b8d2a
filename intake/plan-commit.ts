import { hash } from 'node:crypto';
import { idOf } from '../domain/digest.ts';
import type { Finding } from '../domain/finding.ts';
import { followUpDelayMs } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { isoTime } from '../platform/clock.ts';
import type {
  FiledRows, FindingRow, IncidentUpdateRow, KnownReceipt, KnownRows, NewIncidentRow, OpenIncident, ReceiptFinding, ReceiptRow,
} from '../store/inbox.ts';
import { intakeLimits } from './limits.ts';

/** One delivery that was authenticated, read and redacted: what a commit files. */
export interface Filing {
  readonly source: string;
  /** The sender's own id of the delivery; null where it gave none. */
  readonly deliveryId: string | null;
  readonly bodySha256: string;
  readonly bodyBytes: number;
  readonly receivedAtMs: number;
  readonly findings: readonly KeyedFinding[];
}

export interface KeyedFinding {
  readonly finding: Finding;
  readonly key: string;
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
  readonly filed: readonly { readonly receipt: ReceiptRow; readonly bytes: number; readonly findings: readonly KeyedFinding[] }[];
}

export interface PlanContext {
  readonly tenant: string;
  readonly nowMs: number;
}

/** Under which keys a delivery may be known: by its sender's id, that id with this very body, or its body alone. */
export function deliveryKeys(filing: Filing): readonly string[] {
  if (filing.deliveryId === null) return [`body:${filing.bodySha256}`];
  // Hashed: a sender's id is foreign text of any length.
  const first = `id:${hash('sha256', filing.deliveryId, 'hex')}`;
  return [first, `${first} body:${filing.bodySha256}`];
}

/**
 * Decides what a commit writes, one filing after the other, so that the result is the same however deliveries fall
 * into batches. Pure: what is known comes from the rows that the same transaction read and locked.
 */
export function planCommit(filings: readonly Filing[], known: KnownRows, context: PlanContext): PlannedCommit {
  const state = stateFrom(known, context);
  const answers: Receipt[] = [];
  for (const filing of filings) answers.push(fileOne(state, filing));
  return {
    rows: {
      expiredReceipts: [...state.expired],
      receipts: state.filed.map((item) => item.receipt),
      incidents: [...state.opened.values()],
      updates: [...state.updates.values()],
      findings: state.findings,
    },
    answers,
    filed: state.filed,
  };
}

interface State {
  readonly context: PlanContext;
  readonly receipts: Map<string, KnownReceipt>;
  readonly expired: Set<string>;
  readonly placed: Map<string, string>;
  readonly open: Map<string, OpenHome>;
  readonly closed: Map<string, string>;
  readonly opened: Map<string, NewIncidentRow>;
  readonly updates: Map<string, IncidentUpdateRow>;
  readonly findings: FindingRow[];
  readonly filed: { receipt: ReceiptRow; bytes: number; findings: KeyedFinding[] }[];
}

type OpenHome = OpenIncident & { readonly isNew: boolean };

const receiptKey = (source: string, delivery: string): string => `${source}\0${delivery}`;

function stateFrom(known: KnownRows, context: PlanContext): State {
  const oldestMs = context.nowMs - intakeLimits.deliveryWindowMs;
  const fresh = known.receipts.filter((item) => item.receivedAtMs >= oldestMs);
  return {
    context,
    receipts: new Map(fresh.map((item) => [receiptKey(item.source, item.delivery), item])),
    expired: new Set(known.receipts.filter((item) => item.receivedAtMs < oldestMs).map((item) => item.id)),
    placed: new Map(known.findings.map((item) => [item.id, item.incident])),
    open: new Map(known.open.map((item) => [item.key, { ...item, isNew: false }])),
    closed: new Map(known.closed.map((item) => [item.key, item.id])),
    opened: new Map(),
    updates: new Map(),
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
  return fileNew(state, filing, { delivery: reused ? second : first, flags: reused ? ['id-reused'] : [] });
}

const repeated = (receipt: KnownReceipt): Receipt => ({ receiptId: receipt.id, findings: receipt.findings, repeated: true });

function fileNew(state: State, filing: Filing, as: { readonly delivery: string; readonly flags: readonly string[] }): Receipt {
  const { tenant } = state.context;
  const id = idOf('rcp', 'sallyport/receipt/v1', [tenant, filing.source, as.delivery, filing.receivedAtMs]);
  const counted: KeyedFinding[] = [];
  const findings = filing.findings.map((item): ReceiptFinding => {
    const { finding } = item;
    const before = state.placed.get(finding.id);
    if (before !== undefined) return { id: finding.id, incident: before, kind: finding.kind };
    const incident = place(state, item, filing);
    state.placed.set(finding.id, incident);
    // A Finding is JSON by construction; interfaces carry no index signature.
    state.findings.push({ id: finding.id, tenant, incident_id: incident, receipt_id: id, body: finding as unknown as JsonObject });
    counted.push(item);
    return { id: finding.id, incident, kind: finding.kind };
  });
  const receipt: ReceiptRow = {
    id, tenant, source: filing.source, delivery: as.delivery, body_sha256: filing.bodySha256, flags: as.flags, findings,
    received_at: isoTime(filing.receivedAtMs),
  };
  state.filed.push({ receipt, bytes: filing.bodyBytes, findings: counted });
  state.receipts.set(receiptKey(filing.source, as.delivery), {
    id, source: filing.source, delivery: as.delivery, bodySha256: filing.bodySha256, findings, receivedAtMs: filing.receivedAtMs,
  });
  return { receiptId: id, findings, repeated: false };
}

/** The incident of a finding that was not seen before: the open one of its key, else (an all-clear) the latest, else a new one. */
function place(state: State, item: KeyedFinding, filing: Filing): string {
  const home = state.open.get(item.key);
  if (home !== undefined) return home.isNew ? growNew(state, home, item, filing) : growOpen(state, home, item, filing);
  if (item.finding.status !== 'closed') return open(state, item, filing);
  const before = state.closed.get(item.key);
  if (before !== undefined) return growClosed(state, before, filing);
  const id = openedId(state, item);
  state.opened.set(id, newRow(state, item, filing, { id, state: 'closed' }));
  state.closed.set(item.key, id);
  return id;
}

function openedId(state: State, item: KeyedFinding): string {
  return idOf('inc', 'sallyport/incident/v1', [state.context.tenant, item.finding.id]);
}

function open(state: State, item: KeyedFinding, filing: Filing): string {
  const id = openedId(state, item);
  const { finding } = item;
  state.opened.set(id, newRow(state, item, filing, { id, state: 'new' }));
  state.open.set(item.key, { id, key: item.key, severityId: finding.severityId, followUps: 0, samples: [finding.id], isNew: true });
  return id;
}

function newRow(state: State, item: KeyedFinding, filing: Filing, as: { readonly id: string; readonly state: 'new' | 'closed' }): NewIncidentRow {
  const { finding } = item;
  const received = isoTime(filing.receivedAtMs);
  const closed = as.state === 'closed';
  return {
    id: as.id,
    tenant: state.context.tenant,
    correlation_key: item.key,
    state: as.state,
    title: finding.title,
    format: finding.format,
    kind: finding.kind,
    source: filing.source,
    severity_id: finding.severityId,
    count: 1,
    first_seen: received,
    last_seen: received,
    samples: [finding.id],
    lead_finding: finding.id,
    facts: factsOf(finding),
    all_clear_at: closed ? received : null,
    revision: 1,
    due_at: closed ? null : isoTime(state.context.nowMs),
    event_at: finding.time,
    received_at: received,
    changed_by: `source:${filing.source}`,
    change_reason: closed ? 'an all-clear without an open incident' : 'first alert of its key',
  };
}

const factsOf = (finding: Finding): JsonObject => ({ finding: finding as unknown as JsonObject });
const later = (a: string, b: string): string => (a > b ? a : b);

function growNew(state: State, home: OpenHome, item: KeyedFinding, filing: Filing): string {
  const row = state.opened.get(home.id);
  if (row === undefined) return home.id;
  const { finding } = item;
  const received = isoTime(filing.receivedAtMs);
  const clear = finding.status === 'closed';
  const rises = !clear && finding.severityId > row.severity_id;
  state.opened.set(home.id, {
    ...row,
    ...(rises ? { severity_id: finding.severityId, lead_finding: finding.id, facts: factsOf(finding) } : {}),
    count: row.count + 1,
    revision: row.revision + 1,
    last_seen: later(row.last_seen, received),
    samples: row.samples.length < intakeLimits.samplesMax ? [...row.samples, finding.id] : row.samples,
    all_clear_at: clear ? received : null,
  });
  return home.id;
}

function growOpen(state: State, home: OpenHome, item: KeyedFinding, filing: Filing): string {
  const { finding } = item;
  const before = state.updates.get(home.id) ?? noUpdate(home.id);
  const received = isoTime(filing.receivedAtMs);
  const clear = finding.status === 'closed';
  const rises = !clear && finding.severityId > home.severityId;
  const samples = home.samples.length < intakeLimits.samplesMax ? [...home.samples, finding.id] : home.samples;
  const dueMs = state.context.nowMs + (rises ? 0 : followUpDelayMs(home.followUps));
  const due = isoTime(dueMs);
  state.updates.set(home.id, {
    ...before,
    ...(rises ? { severity_id: finding.severityId, lead_finding: finding.id, facts: factsOf(finding) } : {}),
    added: before.added + 1,
    revisions: before.revisions + 1,
    last_seen: later(before.last_seen, received),
    samples: samples === home.samples ? before.samples : samples,
    all_clear_at: clear ? received : null,
    clears_all_clear: !clear,
    due_at: before.due_at !== null && before.due_at < due ? before.due_at : due,
  });
  state.open.set(home.key, { ...home, severityId: rises ? finding.severityId : home.severityId, samples });
  return home.id;
}

/** Counted, but nothing has to answer to it. */
function growClosed(state: State, id: string, filing: Filing): string {
  const received = isoTime(filing.receivedAtMs);
  const created = state.opened.get(id);
  if (created !== undefined) {
    state.opened.set(id, { ...created, count: created.count + 1, last_seen: later(created.last_seen, received), all_clear_at: received });
    return id;
  }
  const before = state.updates.get(id) ?? noUpdate(id);
  state.updates.set(id, { ...before, added: before.added + 1, last_seen: later(before.last_seen, received), all_clear_at: received });
  return id;
}

function noUpdate(id: string): IncidentUpdateRow {
  return {
    id, added: 0, last_seen: isoTime(0), samples: null, severity_id: null, lead_finding: null, facts: null, all_clear_at: null,
    clears_all_clear: false, revisions: 0, due_at: null,
  };
}
