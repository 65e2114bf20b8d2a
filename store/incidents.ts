import { newEntry } from '../audit/entry.ts';
import { appendEntries } from '../audit/append.ts';
import type { Actor } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import type { SeverityId } from '../domain/finding.ts';
import { moveIncident } from '../domain/incident.ts';
import type { Incident, IncidentState, Verdict } from '../domain/incident.types.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Priority } from '../domain/policy.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';
import { factsSql } from './incident-facts.ts';

export interface IncidentRow {
  readonly id: string;
  readonly tenant: string;
  readonly number: number;
  readonly correlation_key: string;
  readonly state: IncidentState;
  readonly title: string;
  readonly format: string;
  readonly kind: string;
  readonly source: string;
  readonly severity_id: SeverityId;
  readonly priority: Priority | null;
  readonly owner: string | null;
  readonly assignee: string | null;
  readonly verdict: Verdict | null;
  readonly count: number;
  readonly revision: number;
  readonly first_seen: Date;
  readonly last_seen: Date;
  readonly facts: JsonObject;
  readonly trace: JsonObject | null;
}

export interface IncidentChange {
  readonly id: string;
  readonly to: IncidentState;
  readonly actor: Actor;
  readonly reason: string;
  readonly set?: { readonly assignee?: string | null; readonly verdict?: Verdict };
}

/** Moves an incident by the table in `domain/incident.ts` and writes the entry. NOT_FOUND, CONFLICT. */
export async function changeIncident(
  tx: Sql,
  change: IncidentChange,
  clock: Clock,
): Promise<Incident> {
  const row = await lockIncident(tx, change.id);
  const state = moveIncident(row.state, change.to);
  const assignee = change.set?.assignee === undefined ? row.assignee : change.set.assignee;
  const verdict = change.set?.verdict ?? row.verdict;
  await tx.query(
    `update incidents set state = $2, assignee = $3, verdict = $4, changed_at = $5, changed_by = $6, change_reason = $7
      where id = $1`,
    [change.id, state, assignee, verdict, isoTime(clock.nowMs()), change.actor.id, change.reason],
  );
  await appendEntries(tx, [
    newEntry(
      {
        tenant: row.tenant,
        type: 'incident.changed',
        actor: change.actor,
        incident: change.id,
        run: null,
        subject: null,
        outcome: 'done',
        data: { from: row.state, to: state, reason: change.reason, assignee, verdict },
      },
      clock,
    ),
  ]);
  return toIncident({ ...row, state, assignee, verdict });
}

/** The second `facts` counts. */
const incidentSql = `select i.*, ${factsSql('i')} as facts from incidents i`;

async function lockIncident(tx: Sql, id: string): Promise<IncidentRow> {
  const [row] = await tx.query<IncidentRow>(`${incidentSql} where i.id = $1 for update of i`, [id]);
  if (row === undefined) throw new SallyportError('NOT_FOUND', `no incident ${id}`);
  return row;
}

export function toIncident(row: IncidentRow): Incident {
  return {
    id: row.id,
    tenant: row.tenant,
    number: row.number,
    correlationKey: row.correlation_key,
    state: row.state,
    title: row.title,
    severityId: row.severity_id,
    priority: row.priority,
    owner: row.owner,
    assignee: row.assignee,
    verdict: row.verdict,
    count: row.count,
    revision: row.revision,
    firstSeen: row.first_seen.toISOString(),
    lastSeen: row.last_seen.toISOString(),
  };
}

/** Finds an incident by its id or by its number as people write it (`42` or `#42`). NOT_FOUND. */
export async function findIncident(
  sql: Sql,
  tenant: string,
  idOrNumber: string,
): Promise<IncidentRow> {
  const number = /^#?(\d{1,15})$/.exec(idOrNumber)?.[1];
  const [row] =
    number === undefined
      ? await sql.query<IncidentRow>(`${incidentSql} where i.tenant = $1 and i.id = $2`, [
          tenant,
          idOrNumber,
        ])
      : await sql.query<IncidentRow>(`${incidentSql} where i.tenant = $1 and i.number = $2`, [
          tenant,
          number,
        ]);
  if (row === undefined) throw new SallyportError('NOT_FOUND', `no incident ${idOrNumber}`);
  return row;
}

export interface RunRequest {
  readonly playbook: string;
  readonly requester: string;
  readonly rehearsal: boolean;
  readonly at: string;
  /** For an undo: the digest of the order whose undo was signed for. */
  readonly undoOf?: string;
}

/** Asks the dispatcher for a run on an open incident; it starts with the next batch. At most 16 wait at a time. */
export async function requestRun(tx: Sql, incidentId: string, request: RunRequest): Promise<void> {
  const rows = await tx.query(
    `update incidents
        set requests = requests || $2::jsonb, due_at = least(coalesce(due_at, clock_timestamp()), clock_timestamp())
      where id = $1 and jsonb_array_length(requests) < 16
      returning id`,
    [incidentId, JSON.stringify([request])],
  );
  if (rows.length === 0)
    throw new SallyportError(
      'CONFLICT',
      'the incident has too many requests that wait, or is gone',
    );
}
