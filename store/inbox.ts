import type { SeverityId } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Sql } from './database.ts';
import { joined, joinedColumn } from './joined-columns.ts';
import { readKnownSql } from './known-sql.ts';
import { writeRenamed, type RenamedRow } from './renaming.ts';

/** What the store holds of the deliveries, findings and keys that a commit is about. */
export interface KnownRows {
  readonly receipts: readonly KnownReceipt[];
  /** Findings that were filed before, and where. */
  readonly findings: readonly { readonly id: string; readonly incident: string }[];
  /** Open incidents by key; their rows are locked until the transaction ends. */
  readonly open: readonly OpenIncident[];
  /** The latest closed incident of a key that has no open one. */
  readonly closed: readonly ClosedIncident[];
}

export interface KnownReceipt {
  readonly id: string;
  readonly source: string;
  readonly delivery: string;
  readonly bodySha256: string;
  readonly findings: readonly ReceiptFinding[];
  readonly receivedAtMs: number;
}

export interface ReceiptFinding {
  readonly id: string;
  readonly incident: string;
  readonly kind: string;
}

export interface OpenIncident {
  readonly id: string;
  readonly key: string;
  readonly severityId: SeverityId;
  readonly followUps: number;
  readonly samples: readonly string[];
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

export interface ClosedIncident extends OpenIncident {
  readonly closedAtMs: number;
  /** Closed because it is part of another: never opened again. */
  readonly duplicate: boolean;
}

export interface KnownQuery {
  readonly tenant: string;
  readonly deliveries: readonly { readonly source: string; readonly delivery: string }[];
  readonly findings: readonly string[];
  readonly keys: readonly string[];
}

/** `closedKeys` are the keys for which a closed incident may be wanted. */
export async function readKnown(
  tx: Sql,
  query: KnownQuery,
  closedKeys: readonly string[],
): Promise<KnownRows> {
  const [row] = await tx.query<KnownRows>(readKnownSql, [
    query.tenant,
    JSON.stringify(query.deliveries),
    query.findings,
    query.keys.toSorted(),
    closedKeys,
  ]);
  return row ?? { receipts: [], findings: [], open: [], closed: [] };
}

export interface ReceiptRow {
  readonly id: string;
  readonly tenant: string;
  readonly source: string;
  readonly delivery: string;
  readonly body_sha256: string;
  readonly flags: readonly string[];
  readonly findings: readonly ReceiptFinding[];
  readonly received_at: string;
}

export interface NewIncidentRow {
  readonly id: string;
  readonly tenant: string;
  readonly correlation_key: string;
  readonly state: 'new' | 'closed';
  readonly title: string;
  readonly format: string;
  readonly kind: string;
  readonly source: string;
  readonly severity_id: number;
  readonly count: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly samples: readonly string[];
  readonly lead_finding: string;
  readonly all_clear_at: string | null;
  readonly revision: number;
  readonly due_at: string | null;
  readonly event_at: string | null;
  readonly received_at: string;
  readonly changed_by: string;
  readonly change_reason: string;
  readonly joins: boolean;
  readonly join_rule: string;
  readonly join_parts: readonly string[];
  /** The incident of the same key before it. */
  readonly follows: string | null;
  readonly storm: string | null;
}

export interface IncidentUpdateRow {
  readonly id: string;
  /** Added to the count: findings that were not seen before. */
  readonly added: number;
  readonly last_seen: string;
  readonly samples: readonly string[] | null;
  readonly severity_id: number | null;
  readonly lead_finding: string | null;
  readonly all_clear_at: string | null;
  readonly clears_all_clear: boolean;
  /** Zero for an incident that is closed: nothing has to answer to it any more. */
  readonly revisions: number;
  readonly due_at: string | null;
  /** Why a closed incident opens again; null where it stays as it is. */
  readonly reopen: string | null;
  /** When its all-clears came; the newest first. */
  readonly clear_times: readonly string[];
}

export interface FindingRow {
  readonly id: string;
  readonly tenant: string;
  readonly incident_id: string;
  readonly receipt_id: string;
  readonly body: JsonObject;
}

export interface FiledRows {
  readonly expiredReceipts: readonly string[];
  readonly receipts: readonly ReceiptRow[];
  readonly incidents: readonly NewIncidentRow[];
  /** Open incidents whose window passed: they take no more alerts. */
  readonly retired: readonly string[];
  /** Incidents that are known by another key from here on. */
  readonly renamed: readonly RenamedRow[];
  readonly updates: readonly IncidentUpdateRow[];
  readonly findings: readonly FindingRow[];
}

const writeFiledSql = `
with i as (
  insert into incidents (id, tenant, correlation_key, state, title, format, kind, source, severity_id, count, first_seen, last_seen, samples,
    lead_finding, all_clear_at, revision, due_at, event_at, received_at, changed_by, change_reason,
    joins, join_rule, join_parts, follows, storm)
  select id, tenant, correlation_key, state, title, format, kind, source, severity_id, count, first_seen, last_seen,
    array(select json_array_elements_text(samples)), lead_finding, all_clear_at, revision, due_at, event_at, received_at, changed_by, change_reason,
    joins, join_rule, array(select json_array_elements_text(join_parts)), follows, storm
  from json_to_recordset($1::json) as x(id text, tenant text, correlation_key text, state text, title text, format text, kind text, source text,
    severity_id smallint, count bigint, first_seen timestamptz, last_seen timestamptz, samples json, lead_finding text,
    all_clear_at timestamptz, revision bigint, due_at timestamptz, event_at timestamptz, received_at timestamptz, changed_by text, change_reason text,
    joins boolean, join_rule text, join_parts json, follows text, storm text)
  on conflict do nothing returning 1
), u as (
  update incidents as t set
    count = t.count + x.added,
    last_seen = greatest(t.last_seen, x.last_seen),
    samples = case when x.samples is null then t.samples else array(select json_array_elements_text(x.samples)) end,
    severity_id = coalesce(x.severity_id, t.severity_id),
    lead_finding = coalesce(x.lead_finding, t.lead_finding),
    facts = case when x.lead_finding is null then t.facts end,
    all_clear_at = case when x.all_clear_at is not null then x.all_clear_at when x.clears_all_clear then null else t.all_clear_at end,
    revision = t.revision + x.revisions,
    due_at = least(t.due_at, x.due_at),
    state = case when x.reopen is null then t.state else 'new' end,
    reopened = t.reopened + case when x.reopen is null then 0 else 1 end,
    triaged_severity = case when x.reopen is null then t.triaged_severity else -1 end,
    changed_at = case when x.reopen is null then t.changed_at else clock_timestamp() end,
    changed_by = case when x.reopen is null then t.changed_by else 'intake' end,
    change_reason = coalesce(x.reopen, t.change_reason),
    clear_times = case when json_array_length(x.clear_times) = 0 then t.clear_times
      else (array(select json_array_elements_text(x.clear_times)::timestamptz) || t.clear_times)[1:10] end
  from json_to_recordset($2::json) as x(id text, added bigint, last_seen timestamptz, samples json, severity_id smallint, lead_finding text,
    all_clear_at timestamptz, clears_all_clear boolean, revisions bigint, due_at timestamptz, reopen text, clear_times json)
  where t.id = x.id and (x.reopen is null or t.state = 'closed') returning 1
), f as (
  insert into findings (id, tenant, incident_id, receipt_id, body)
  select id, tenant, incident_id, receipt_id, body::jsonb
  from unnest(${[3, 4, 5, 6, 7].map(joinedColumn).join(', ')}) as x(id, tenant, incident_id, receipt_id, body)
  on conflict do nothing returning 1
), r as (
  insert into receipts (id, tenant, source, delivery, body_sha256, flags, findings, received_at)
  select id, tenant, source, delivery, body_sha256, array(select json_array_elements_text(flags)), findings, received_at
  from json_to_recordset($8::json) as x(id text, tenant text, source text, delivery text, body_sha256 text, flags json, findings jsonb, received_at timestamptz)
  on conflict do nothing returning 1
)
select (select count(*) from i) as incidents, (select count(*) from u) as updates, (select count(*) from f) as findings, (select count(*) from r) as receipts`;

/**
 * Writes one commit's rows. CONFLICT where another process filed one of them since `readKnown`: counts would be wrong,
 * so that the whole transaction must be tried again.
 */
export async function writeFiled(tx: Sql, rows: FiledRows): Promise<void> {
  const { expiredReceipts: expired, retired, renamed } = rows;
  const [, , , [written]] = await Promise.all([
    expired.length === 0
      ? []
      : tx.query('delete from receipts where id = any($1::text[])', [expired]),
    retired.length > 0 &&
      tx.query('update incidents set joins = false where id = any($1::text[])', [retired]),
    renamed.length > 0 && writeRenamed(tx, renamed),
    insertFiled(tx, rows),
  ]);
  const counted = ['incidents', 'updates', 'findings', 'receipts'] as const;
  const whole = counted.every((of) => written?.[of] === rows[of].length);
  if (!whole)
    throw new SallyportError('CONFLICT', 'another process filed one of these alerts meanwhile');
}

interface WrittenCounts {
  readonly incidents: number;
  readonly updates: number;
  readonly findings: number;
  readonly receipts: number;
}

const insertFiled = (tx: Sql, rows: FiledRows): Promise<readonly WrittenCounts[]> =>
  tx.query<WrittenCounts>(writeFiledSql, [
    JSON.stringify(rows.incidents),
    JSON.stringify(rows.updates),
    joined(rows.findings, (row) => row.id),
    joined(rows.findings, (row) => row.tenant),
    joined(rows.findings, (row) => row.incident_id),
    joined(rows.findings, (row) => row.receipt_id),
    joined(rows.findings, (row) => JSON.stringify(row.body)),
    JSON.stringify(rows.receipts),
  ]);
