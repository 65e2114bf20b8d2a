import type { Sql } from './database.ts';
import { findIncident, toIncident } from './incidents.ts';
import type { IncidentRow } from './incidents.ts';
import type { Incident, IncidentState } from '../domain/incident.types.ts';
import type { JsonObject } from '../domain/json.ts';

export interface IncidentFilter {
  readonly tenant: string;
  /** `open` is every state but closed. */
  readonly state: IncidentState | 'open' | null;
  readonly severityMin: number;
  readonly assignee: string | null;
  readonly format: string | null;
  /** The id or the number of a storm's umbrella: what it holds. */
  readonly storm: string | null;
  /** Only incidents with a smaller number: the list goes from the newest to the oldest. */
  readonly before: number | null;
  readonly limit: number;
}

export interface IncidentPage {
  readonly incidents: readonly Incident[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

export async function listIncidents(sql: Sql, filter: IncidentFilter): Promise<IncidentPage> {
  const rows = await sql.query<IncidentRow>(
    `select * from incidents
      where tenant = $1 and ($2::text is null or state = $2 or ($2 = 'open' and state <> 'closed'))
        and severity_id >= $3 and ($4::text is null or assignee = $4) and ($5::text is null or format = $5)
        and ($6::bigint is null or number < $6)
        and ($8::text is null or storm in (select id from incidents where tenant = $1 and (id = $8 or number::text = $8)))
      order by number desc limit $7`,
    [
      filter.tenant,
      filter.state,
      filter.severityMin,
      filter.assignee,
      filter.format,
      filter.before,
      filter.limit + 1,
      filter.storm,
    ],
  );
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return {
    incidents: page.map(toIncident),
    next: rows.length > page.length && last !== undefined ? String(last.number) : null,
  };
}

/** Holds the incident's row until the transaction ends, so that its state cannot move under a decision. NOT_FOUND. */
export async function lockedIncident(
  tx: Sql,
  tenant: string,
  idOrNumber: string,
): Promise<Incident> {
  const { id } = await findIncident(tx, tenant, idOrNumber);
  await tx.query('select 1 from incidents where id = $1 for update', [id]);
  return toIncident(await findIncident(tx, tenant, id));
}

export interface RunSummary {
  readonly key: string;
  readonly ordinal: number;
  readonly playbook: string;
  readonly version: number;
  readonly purpose: string;
  readonly requester: string;
  readonly rehearsal: boolean;
  readonly status: string;
  readonly outcome: string | null;
  readonly workflowId: string;
  readonly workflows: readonly string[];
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export interface IncidentFile {
  readonly incident: Incident;
  readonly format: string;
  readonly kind: string;
  readonly source: string;
  readonly facts: JsonObject;
  readonly trace: JsonObject | null;
  readonly changed: { readonly at: Date; readonly by: string; readonly reason: string };
  readonly runs: readonly RunSummary[];
  readonly gates: readonly {
    readonly id: string;
    readonly state: string;
    readonly step: string;
    readonly orderDigest: string;
    readonly expiresAt: Date;
  }[];
  readonly tickets: readonly {
    readonly connection: string;
    readonly externalId: string;
    readonly url: string;
    readonly state: string;
  }[];
  readonly effects: readonly {
    readonly key: string;
    readonly capability: string;
    readonly connection: string;
    readonly target: string | null;
    readonly state: string;
    readonly detail: string;
  }[];
  readonly notes: readonly { readonly actor: string; readonly body: string; readonly at: Date }[];
}

const listMax = 100;

/** All that a person wants to see of an incident; of each list the newest hundred. NOT_FOUND. */
export async function readIncidentFile(
  sql: Sql,
  tenant: string,
  idOrNumber: string,
): Promise<IncidentFile> {
  const row = await findIncident(sql, tenant, idOrNumber);
  const of = [row.id, listMax];
  const [changed] = await sql.query<IncidentFile['changed']>(
    'select changed_at as at, changed_by as by, change_reason as reason from incidents where id = $1',
    [row.id],
  );
  return {
    incident: toIncident(row),
    format: row.format,
    kind: row.kind,
    source: row.source,
    facts: row.facts,
    trace: row.trace,
    changed: changed ?? { at: row.last_seen, by: '', reason: '' },
    runs: await runsOf(sql, row.id),
    gates: await sql.query(
      `select id, state, step, order_digest as "orderDigest", expires_at as "expiresAt" from gates where incident_id = $1 order by opened_at desc limit $2`,
      of,
    ),
    tickets: await sql.query(
      `select connection, external_id as "externalId", url, state from ticket_links where incident_id = $1 order by linked_at desc limit $2`,
      of,
    ),
    effects: await sql.query(
      'select key, capability, connection, target, state, detail from effects where incident_id = $1 order by intended_at desc limit $2',
      of,
    ),
    notes: await sql.query(
      'select actor, body, at from notes where incident_id = $1 order by at desc limit $2',
      of,
    ),
  };
}

export function runsOf(sql: Sql, incidentId: string): Promise<RunSummary[]> {
  return sql.query<RunSummary>(
    `select key, ordinal, playbook, version, purpose, requester, rehearsal, status, outcome, workflow_id as "workflowId", workflows,
            started_at as "startedAt", ended_at as "endedAt"
       from runs where incident_id = $1 order by ordinal desc limit $2`,
    [incidentId, listMax],
  );
}
