import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { criticalSeverity } from '../domain/finding.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';
import { notifyWork } from './notify.ts';

/** Conditions on a row of `incidents`: a storm holds it, or none does; what is critical is never held. What is due has an index for each. */
export const isHeld = `(storm is not null and severity_id < ${criticalSeverity})`;
export const isCalm = `(storm is null or severity_id >= ${criticalSeverity})`;

export async function openBatches(
  sql: Sql,
  limits: { readonly youngMs: number; readonly heavyMs: number },
): Promise<OpenBatches> {
  const [row] = await sql.query<OpenBatches>(
    `select count(*) as open,
            count(*) filter (where ageMs between 0 and $1 and held is not true) as young,
            coalesce(sum(incidents) filter (where ageMs between 0 and $2), 0) as incidents
       from (select incidents, extract(epoch from clock_timestamp() - stamped_at) * 1000 as ageMs,
                    (select ${isHeld} from incidents i where i.batch_id = b.id limit 1) as held
               from batches b where closed_at is null) o`,
    [limits.youngMs, limits.heavyMs],
  );
  return row ?? { open: 0, young: 0, incidents: 0 };
}

export interface OpenBatches {
  readonly open: number;
  /** Those that were stamped within `youngMs`; what comes in does not gather behind a batch of what a storm holds. */
  readonly young: number;
  /** Of the batches that were stamped within `heavyMs`: what is older waits for somebody else, not for the processor. */
  readonly incidents: number;
}

/** Whether an open batch holds something critical. */
export async function isCriticalUnderWay(sql: Sql): Promise<boolean> {
  const rows = await sql.query(
    `select from incidents i join batches b on b.id = i.batch_id
      where b.closed_at is null and i.severity_id >= ${criticalSeverity} limit 1`,
  );
  return rows.length > 0;
}

/** How many incidents are due, counted up to `max`; `calm`: without those that a storm holds. */
export async function countDue(
  sql: Sql,
  of: { tenant: string; max: number; calm?: boolean },
): Promise<number> {
  const [row] = await sql.query<{ n: number }>(
    `select count(*) as n from (
       select 1 from incidents
        where tenant = $1 and due_at <= clock_timestamp() and batch_id is null ${of.calm === true ? `and ${isCalm}` : ''} limit $2) due`,
    [of.tenant, of.max],
  );
  return row?.n ?? 0;
}

/** Whether a critical incident is due. */
export async function isCriticalDue(sql: Sql, of: { tenant: string }): Promise<boolean> {
  const rows = await sql.query(
    `select from incidents where tenant = $1 and due_at <= clock_timestamp() and batch_id is null and severity_id >= ${criticalSeverity} limit 1`,
    [of.tenant],
  );
  return rows.length > 0;
}

/**
 * What is due at once was stamped so by a clock that has been set back since: it must not wait until that time comes
 * again. Follow-ups are due within 30 s; only what a rule puts off is rightly later.
 */
export async function endClockStep(sql: Sql, tenant: string): Promise<number> {
  const rows = await sql.query(
    `update incidents set due_at = clock_timestamp()
      where tenant = $1 and batch_id is null and due_at > clock_timestamp() + interval '1 minute' and trace->>'again' is null returning id`,
    [tenant],
  );
  return rows.length;
}

export async function markStarted(sql: Sql, batchId: string): Promise<void> {
  await sql.query('update batches set started_at = clock_timestamp() where id = $1', [batchId]);
}

/** Batches that were stamped that long ago, or before the clock was set back, and have not been settled; at most 200. */
export async function staleBatches(
  sql: Sql,
  olderThanMs: number,
): Promise<readonly { id: string; tenant: string }[]> {
  return sql.query(
    `select id, tenant from batches
      where closed_at is null
        and (stamped_at <= clock_timestamp() - $1 * interval '1 millisecond' or stamped_at > clock_timestamp() + interval '1 minute') order by stamped_at limit 200`,
    [olderThanMs],
  );
}

interface LostRun {
  readonly key: string;
  readonly incident_id: string;
  readonly request: unknown;
  readonly purpose: string;
}

/**
 * Lets the incidents of a lost batch go again from the start: its unhosted runs are forgotten, what people asked for is
 * asked anew, rules are evaluated anew. Keys hold no execution, so the executor answers what was done already.
 */
export async function unstampBatch(
  tx: Sql,
  batch: { id: string; tenant: string },
  clock: Clock,
): Promise<void> {
  const [open] = await tx.query(
    'select id from batches where id = $1 and closed_at is null for update',
    [batch.id],
  );
  if (open === undefined) return;
  const lost = await tx.query<LostRun>(
    `delete from runs where batch_id = $1 and host = 'triage' and ended_at is null returning key, incident_id, request, purpose`,
    [batch.id],
  );
  await tx.query(
    `update incidents i
        set batch_id = null, batch_digest = null, stamped_at = null, due_at = clock_timestamp(), seen_revision = 0,
            triaged_severity = case when t.anew then -1 else i.triaged_severity end,
            trace = case when t.anew then null else i.trace end,
            requests = i.requests || coalesce((select jsonb_agg(r.request) from jsonb_to_recordset($2::jsonb) as r(incident_id text, request jsonb)
                                                where r.incident_id = i.id and r.request is not null), '[]'::jsonb)
       from (select id, exists (select 1 from jsonb_to_recordset($2::jsonb) as r(incident_id text, purpose text)
                                 where r.incident_id = x.id and r.purpose = 'triage') as anew
               from incidents x where x.batch_id = $1) t
      where i.id = t.id`,
    [batch.id, JSON.stringify(lost)],
  );
  await tx.query('update batches set closed_at = clock_timestamp() where id = $1', [batch.id]);
  await appendEntries(
    tx,
    lost.map((run) =>
      newEntry(
        {
          tenant: batch.tenant,
          type: 'run.ended',
          actor: { kind: 'service', id: 'reaper' },
          incident: run.incident_id,
          run: run.key,
          subject: null,
          outcome: 'failed',
          data: { outcome: 'its batch was lost; it starts again', batchId: batch.id },
        },
        clock,
      ),
    ),
  );
  await notifyWork(tx);
}
