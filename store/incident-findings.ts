import type { Finding } from '../domain/finding.ts';
import type { Sql } from './database.ts';
import { findIncident } from './incidents.ts';

export interface StoredFinding {
  readonly finding: Finding;
  readonly receivedMs: number;
}

export interface FindingPage {
  readonly findings: readonly StoredFinding[];
  /** Of the first finding of the next page; null on the last one. */
  readonly next: string | null;
}

export interface FindingQuery {
  readonly tenant: string;
  /** Its id or its number. */
  readonly incident: string;
  readonly after: string | null;
  readonly limit: number;
}

/** What was kept of an incident's alerts, by id. INCIDENT_ABSENT where there is no such incident. */
export async function readIncidentFindings(sql: Sql, query: FindingQuery): Promise<FindingPage> {
  const incident = await findIncident(sql, query.tenant, query.incident);
  const rows = await sql.query<{ id: string; body: Finding; at: Date }>(
    `select id, body, at from findings where incident_id = $1 and ($2::text is null or id >= $2) order by id limit $3`,
    [incident.id, query.after, query.limit + 1],
  );
  return {
    findings: rows
      .slice(0, query.limit)
      .map(({ body, at }) => ({ finding: body, receivedMs: at.getTime() })),
    next: rows[query.limit]?.id ?? null,
  };
}
