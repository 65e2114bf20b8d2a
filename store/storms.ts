import type { Sql } from './database.ts';

export interface ActiveStorm {
  readonly id: string;
  readonly source: string;
  /** The umbrella, as long as nobody closed it. */
  readonly incidentId: string | null;
  readonly severityId: number;
  readonly followUps: number;
  readonly samples: readonly string[];
}

/** The storms of these sources that go on; their rows and umbrellas are locked until the transaction ends. */
export async function activeStorms(
  tx: Sql,
  tenant: string,
  sources: readonly string[],
): Promise<readonly ActiveStorm[]> {
  return tx.query<ActiveStorm>(
    `select s.id, s.source, case when i.state <> 'closed' then i.id end as "incidentId", i.severity_id as "severityId",
            i.follow_ups as "followUps", i.samples
       from storms s join incidents i on i.id = s.incident_id
      where s.tenant = $1 and s.source = any($2::text[]) and s.ended_at is null
      order by s.source for no key update`,
    [tenant, sources],
  );
}

export interface StormRow {
  readonly id: string;
  readonly tenant: string;
  readonly source: string;
  readonly incidentId: string;
  readonly held: number;
  readonly at: string;
}

/** Begins a storm, or counts what it holds more. A conflict with another process that began it fails the transaction. */
export async function saveStorms(tx: Sql, rows: readonly StormRow[]): Promise<void> {
  await tx.query(
    `insert into storms (id, tenant, source, incident_id, held, started_at, last_at)
     select id, tenant, source, "incidentId", held, at, at
       from json_to_recordset($1::json) as x(id text, tenant text, source text, "incidentId" text, held bigint, at timestamptz)
     on conflict (id) do update
        set held = storms.held + excluded.held, last_at = excluded.last_at, incident_id = excluded.incident_id`,
    [JSON.stringify(rows)],
  );
}

export interface EndedStorm {
  readonly id: string;
  readonly source: string;
  readonly incidentId: string;
  readonly held: number;
}

/** Ends storms that held nothing for so long. */
export async function endQuietStorms(
  tx: Sql,
  tenant: string,
  quietMs: number,
): Promise<readonly EndedStorm[]> {
  return tx.query<EndedStorm>(
    `update storms set ended_at = clock_timestamp()
      where tenant = $1 and ended_at is null and last_at <= clock_timestamp() - $2 * interval '1 millisecond'
      returning id, source, incident_id as "incidentId", held`,
    [tenant, quietMs],
  );
}

/** Its follow-up says that the storm is over. */
export async function markAllClear(tx: Sql, incidentIds: readonly string[]): Promise<void> {
  await tx.query(
    `update incidents
        set all_clear_at = clock_timestamp(), revision = revision + 1, due_at = least(coalesce(due_at, clock_timestamp()), clock_timestamp())
      where id = any($1::text[]) and state <> 'closed'`,
    [incidentIds],
  );
}
