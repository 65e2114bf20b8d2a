import type { CasePlan, CaseReason, CasesKnown } from '../domain/case-join.ts';
import type { Sql } from './database.ts';

export interface KeyedIncident {
  readonly incident: string;
  readonly seenAt: string;
  readonly keys: readonly { readonly kind: string; readonly value: string }[];
}

export interface PeerRow {
  readonly incident_id: string;
  readonly kind: string;
  readonly value: string;
  readonly peer: string;
}

/** Cases are joined by one transaction at a time: two incidents that meet must not open two cases. */
export async function lockCases(tx: Sql, tenant: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('sallyport/cases/' || $1, 0))", [
    tenant,
  ]);
}

const rowsOf = (incidents: readonly KeyedIncident[]): string =>
  JSON.stringify(
    incidents.flatMap(({ incident, seenAt, keys }) =>
      keys.map(({ kind, value }) => ({
        incident,
        seen: seenAt,
        kind,
        value,
        key: `${kind}=${value}`,
      })),
    ),
  );

/**
 * Keeps what incidents share with others, and finds for each key the latest incident of the last while that was there
 * before, and one of these here: among themselves alone they would never meet those that came first.
 */
export async function keepCaseKeys(
  tx: Sql,
  incidents: readonly KeyedIncident[],
  of: { readonly tenant: string; readonly withinMs: number },
): Promise<readonly PeerRow[]> {
  const rows = rowsOf(incidents);
  await tx.query(
    `insert into case_keys (tenant, key, incident_id, seen_at)
     select $1, key, incident, seen from jsonb_to_recordset($2::jsonb) as k(key text, incident text, seen timestamptz)
     on conflict (tenant, key, incident_id) do update set seen_at = greatest(case_keys.seen_at, excluded.seen_at)`,
    [of.tenant, rows],
  );
  return tx.query<PeerRow>(
    `select w.incident as incident_id, w.kind, w.value, p.incident_id as peer
       from jsonb_to_recordset($2::jsonb) as w(incident text, seen timestamptz, kind text, value text, key text)
      cross join lateral (
        (select k.incident_id from case_keys k
          where k.tenant = $1 and k.key = w.key and k.incident_id <> all($4::text[])
            and k.seen_at between w.seen - $3 * interval '1 millisecond' and w.seen + $3 * interval '1 millisecond'
          order by k.seen_at desc limit 1)
        union all
        (select k.incident_id from case_keys k
          where k.tenant = $1 and k.key = w.key and k.incident_id <> w.incident and k.incident_id = any($4::text[])
            and k.seen_at between w.seen - $3 * interval '1 millisecond' and w.seen + $3 * interval '1 millisecond'
          order by k.incident_id limit 1)) p
      order by w.incident, w.key`,
    [of.tenant, rows, of.withinMs, incidents.map(({ incident }) => incident)],
  );
}

export async function knownCases(tx: Sql, incidents: readonly string[]): Promise<CasesKnown> {
  const rows = await tx.query<{ incident_id: string; case_id: string; members: number }>(
    `select m.incident_id, m.case_id, c.members from case_members m join cases c on c.id = m.case_id
      where m.incident_id = any($1::text[])`,
    [incidents],
  );
  return {
    caseOf: new Map(rows.map((row) => [row.incident_id, row.case_id])),
    members: new Map(rows.map((row) => [row.case_id, row.members])),
  };
}

export async function saveCases(
  tx: Sql,
  plan: CasePlan,
  of: { readonly tenant: string; readonly at: string },
): Promise<void> {
  const { tenant, at } = of;
  await tx.query(
    'insert into cases (id, tenant, opened_at, joined_at) select id, $2, $3, $3 from unnest($1::text[]) as id on conflict do nothing',
    [plan.opened, tenant, at],
  );
  await tx.query(
    `insert into case_members (incident_id, tenant, case_id, because, joined_at)
     select incident, $2, "caseId", because, $3 from jsonb_to_recordset($1::jsonb) as m(incident text, "caseId" text, because jsonb)
     on conflict (incident_id) do nothing`,
    [JSON.stringify(plan.joined), tenant, at],
  );
  for (const { from, to } of plan.merged)
    await tx.query('update case_members set case_id = $2 where case_id = $1', [from, to]);
  const touched = [...plan.opened, ...plan.joined.map((each) => each.caseId)];
  const changed = [...touched, ...plan.merged.flatMap(({ from, to }) => [from, to])];
  await tx.query(
    `update cases c set members = (select count(*) from case_members m where m.case_id = c.id), joined_at = $2
      where c.id = any($1::text[])`,
    [changed, at],
  );
  for (const [id, more] of plan.overflow)
    await tx.query('update cases set overflow = overflow + $2 where id = $1', [id, more]);
}

/** A case as one of its incidents shows it. */
export interface CaseView {
  readonly id: string;
  readonly size: number;
  /** Incidents that would have joined beyond the bound. */
  readonly overflow: number;
  /** The latest to join first, at most `membersShown`. */
  readonly members: readonly {
    readonly id: string;
    readonly number: number;
    readonly state: string;
    readonly severityId: number;
    readonly title: string;
    readonly because: CaseReason;
  }[];
}

const membersShown = 50;

export async function caseOfIncident(sql: Sql, incidentId: string): Promise<CaseView | null> {
  const [row] = await sql.query<{ id: string; members: number; overflow: number }>(
    `select c.id, c.members, c.overflow from case_members m join cases c on c.id = m.case_id where m.incident_id = $1`,
    [incidentId],
  );
  if (row === undefined) return null;
  const members = await sql.query<CaseView['members'][number]>(
    `select i.id, i.number, i.state, i.severity_id as "severityId", i.title, m.because
       from case_members m join incidents i on i.id = m.incident_id
      where m.case_id = $1 order by m.joined_at desc, i.number desc limit $2`,
    [row.id, membersShown],
  );
  return { id: row.id, size: row.members, overflow: row.overflow, members };
}
