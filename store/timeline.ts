import type { Database, Sql } from './database.ts';

/** Why SQL is not what was promised outside it; `copy`: a copy was put back, which says so itself. */
export type RestoredWhy = 'behind' | 'differs' | 'other-origin' | 'copy';

/** Until a person recovers, nothing is dispatched, called or sequenced. Alerts are taken in. */
export interface Restored {
  readonly why: RestoredWhy;
  /** The signed note of the newest checkpoint outside SQL; null where none was kept. */
  readonly checkpoint: string | null;
  /** Entries that SQL holds under numbers. */
  readonly sequenced: number;
  readonly foundAt: string;
}

/** The log's name and number since the last recovery. The first one is named by the configuration. */
export interface Timeline {
  readonly number: number;
  readonly origin: string;
  /** Null for the first. */
  readonly began: {
    readonly at: string;
    /** The note of the last checkpoint before; null where none was kept. */
    readonly after: string | null;
    readonly why: RestoredWhy;
    /** Incidents up to this number were in the copy. */
    readonly incidentsThrough: number;
    /** True once the executions of the timeline before were ended. */
    readonly swept: boolean;
  } | null;
}

export async function readTimeline(sql: Sql, firstOrigin: string): Promise<Timeline> {
  const known = await readFact<Timeline>(sql, 'timeline');
  return known ?? { number: 1, origin: firstOrigin, began: null };
}

export const writeTimeline = (sql: Sql, timeline: Timeline): Promise<void> =>
  writeFact(sql, 'timeline', timeline);

export const readRestored = (sql: Sql): Promise<Restored | null> =>
  readFact<Restored>(sql, 'restored');

/** The first finding stands; only the newest checkpoint that is known outside SQL is kept up to date. */
export async function markRestored(sql: Sql, restored: Restored): Promise<void> {
  await sql.query(
    `insert into engine_facts as f (name, value) values ('restored', $1)
     on conflict (name) do update set value = f.value || jsonb_build_object('checkpoint', excluded.value->'checkpoint')`,
    [JSON.stringify(restored)],
  );
}

/** Whoever marks and whoever recovers take turns, so that neither sees half of what the other does. */
export async function lockTimeline(tx: Sql): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('sallyport/timeline', 0))");
}

/** What was found while that timeline lasted. Nothing where somebody has recovered since: the finding is about the past. */
export async function markFound(
  db: Database,
  found: { readonly restored: Restored; readonly timeline: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockTimeline(tx);
    if ((await readTimeline(tx, '')).number !== found.timeline) return;
    await markRestored(tx, found.restored);
  });
}

/** A copy that was put back stays marked until a person recovers; what a wrong folder caused ends with it. */
export async function clearRestored(sql: Sql): Promise<void> {
  await sql.query("delete from engine_facts where name = 'restored' and value->>'why' <> 'copy'");
}

export async function endRestored(sql: Sql): Promise<void> {
  await sql.query("delete from engine_facts where name = 'restored'");
}

/** How much an effect on an incident may have been done in the time that SQL has lost. */
export type Doubt = 'copied' | 'new';

/** A sender repeats what it got no answer for within these days; what is newer than a recovery by more was never seen. */
const repeatDays = 7;

/**
 * Incidents whose effects may have been done already without SQL knowing it: those that were in a restored copy, and,
 * for as long as senders repeat, those that came since.
 */
export async function doubtedIncidents(
  sql: Sql,
  incidentIds: readonly string[],
): Promise<ReadonlyMap<string, Doubt>> {
  const rows = await sql.query<{ id: string; doubt: Doubt }>(
    `select i.id, case when i.number <= (f.value#>>'{began,incidentsThrough}')::bigint then 'copied' else 'new' end as doubt
       from engine_facts f join incidents i on i.id = any($1)
      where f.name = 'timeline' and f.value->'began' <> 'null'
        and (i.number <= (f.value#>>'{began,incidentsThrough}')::bigint
             or i.received_at < (f.value#>>'{began,at}')::timestamptz + $2 * interval '1 day')`,
    [incidentIds, repeatDays],
  );
  return new Map(rows.map((row) => [row.id, row.doubt]));
}

/** Rows of `engine_facts` are written by these functions only. */
async function readFact<Value>(sql: Sql, name: string): Promise<Value | null> {
  const [row] = await sql.query<{ value: Value }>(
    'select value from engine_facts where name = $1',
    [name],
  );
  return row?.value ?? null;
}

async function writeFact(sql: Sql, name: string, value: object): Promise<void> {
  await sql.query(
    'insert into engine_facts (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
    [name, JSON.stringify(value)],
  );
}
