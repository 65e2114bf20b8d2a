import type { Sql } from './database.ts';
import { factsSql, type FactRow } from './incident-facts.ts';

/** An incident that a quiet window hid. */
export interface Hit {
  readonly number: number;
  readonly title: string;
  readonly state: string;
  readonly severityId: number;
  /** How many alerts the incident had counted when it was last hidden. */
  readonly findings: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface QuietReport {
  readonly window: string;
  readonly incidents: number;
  readonly findings: number;
  readonly bySeverity: { readonly [severityId: string]: number };
  /** The gravest first, at most `hitsShown`. */
  readonly hits: readonly Hit[];
}

const hitsShown = 200;

/** Keeps what was hidden, in the transaction of the decision. */
export async function recordHits(
  tx: Sql,
  tenant: string,
  hits: readonly { readonly incident: string; readonly window: string }[],
): Promise<void> {
  if (hits.length === 0) return;
  await tx.query(
    `insert into quiet_hits (tenant, window_id, incident_id, findings, severity_id, first_at, last_at)
     select $1, h.window, i.id, i.count, i.severity_id, clock_timestamp(), clock_timestamp()
       from jsonb_to_recordset($2::jsonb) as h(incident text, "window" text) join incidents i on i.id = h.incident
     on conflict (window_id, incident_id) do update
        set findings = excluded.findings, severity_id = excluded.severity_id, last_at = excluded.last_at`,
    [tenant, JSON.stringify(hits)],
  );
}

/** What a window hid, whether people made it or the policy. */
export async function reportHidden(sql: Sql, tenant: string, window: string): Promise<QuietReport> {
  const [all] = await sql.query<{
    incidents: number;
    findings: number;
    by: Record<string, number> | null;
  }>(
    `select sum(n) as incidents, sum(findings) as findings, json_object_agg(severity_id, n) as by
       from (select severity_id, count(*) as n, sum(findings) as findings from quiet_hits
              where tenant = $1 and window_id = $2 group by severity_id) s`,
    [tenant, window],
  );
  const rows = await sql.query<Omit<Hit, 'firstAt' | 'lastAt'> & { first_at: Date; last_at: Date }>(
    `select i.number, i.title, i.state, h.severity_id as "severityId", h.findings, h.first_at, h.last_at
       from quiet_hits h join incidents i on i.id = h.incident_id
      where h.tenant = $1 and h.window_id = $2 order by h.severity_id desc, i.number limit $3`,
    [tenant, window, hitsShown],
  );
  return {
    window,
    incidents: Number(all?.incidents ?? 0),
    findings: Number(all?.findings ?? 0),
    bySeverity: all?.by ?? {},
    hits: rows.map(({ first_at, last_at, ...hit }) => ({
      ...hit,
      firstAt: first_at.toISOString(),
      lastAt: last_at.toISOString(),
    })),
  };
}

/** Incidents of the past, the newest first, with what rules read of them. */
export async function pastIncidents(
  sql: Sql,
  tenant: string,
  page: { readonly sinceMs: number; readonly before: number | null; readonly limit: number },
): Promise<readonly FactRow[]> {
  return sql.query<FactRow>(
    `select i.*, ${factsSql('i')} as facts from incidents i
      where tenant = $1 and last_seen >= to_timestamp($2::float8 / 1000) and ($3::bigint is null or number < $3)
      order by number desc limit $4`,
    [tenant, page.sinceMs, page.before, page.limit],
  );
}
