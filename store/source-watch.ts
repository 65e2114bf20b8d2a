import { isoTime } from '../platform/clock.ts';
import type { Sql } from './database.ts';

/** What is known of one source. Times are null where nothing of the kind happened. */
export interface WatchedSource {
  readonly source: string;
  /** Since when it is watched. */
  readonly since: Date;
  /** The last delivery that was no canary. */
  readonly heard_at: Date | null;
  readonly silent_since: Date | null;
  readonly canary_sent_at: Date | null;
  readonly canary_finding: string | null;
  readonly canary_done_at: Date | null;
  readonly canary_ms: number | null;
  readonly canary_missed_at: Date | null;
}

const columns = `w.source, w.since, w.silent_since, w.canary_sent_at, w.canary_finding, w.canary_done_at, w.canary_ms, w.canary_missed_at,
  (select r.received_at from receipts r where r.tenant = w.tenant and r.source = w.source and not 'canary' = any(r.flags)
    order by r.received_at desc limit 1) as heard_at`;

/** Watches a source from now on, if it is not watched yet, and reads what is known of it. */
export async function watchedSource(
  sql: Sql,
  of: { readonly tenant: string; readonly source: string; readonly nowMs: number },
): Promise<WatchedSource | null> {
  await sql.query(
    'insert into source_watch (tenant, source, since) values ($1, $2, $3) on conflict do nothing',
    [of.tenant, of.source, isoTime(of.nowMs)],
  );
  const [row] = await sql.query<WatchedSource>(
    `select ${columns} from source_watch w where w.tenant = $1 and w.source = $2`,
    [of.tenant, of.source],
  );
  return row ?? null;
}

export function listWatched(sql: Sql, tenant: string): Promise<readonly WatchedSource[]> {
  return sql.query<WatchedSource>(
    `select ${columns} from source_watch w where w.tenant = $1 order by w.source limit 1000`,
    [tenant],
  );
}

interface Of {
  readonly tenant: string;
  readonly source: string;
}

/** False where another process did it before. */
export async function setSilence(
  tx: Sql,
  of: Of & { readonly since: Date | null },
): Promise<boolean> {
  const rows = await tx.query(
    `update source_watch set silent_since = $3 where tenant = $1 and source = $2 and (silent_since is null) <> ($3::timestamptz is null) returning source`,
    [of.tenant, of.source, of.since],
  );
  return rows.length > 0;
}

/** Takes the turn to send a canary; false where another process took it. */
export async function takeCanaryTurn(
  sql: Sql,
  of: Of & { readonly sentBefore: Date | null; readonly sentAt: string },
): Promise<boolean> {
  const rows = await sql.query(
    `update source_watch set canary_sent_at = $4, canary_finding = null, canary_done_at = null
      where tenant = $1 and source = $2 and canary_sent_at is not distinct from $3 returning source`,
    [of.tenant, of.source, of.sentBefore, of.sentAt],
  );
  return rows.length > 0;
}

export async function noteCanary(sql: Sql, of: Of & { readonly finding: string }): Promise<void> {
  await sql.query('update source_watch set canary_finding = $3 where tenant = $1 and source = $2', [
    of.tenant,
    of.source,
    of.finding,
  ]);
}

/** When the run ended that told a ticket of the canary; null while none did. */
export async function canaryArrival(sql: Sql, finding: string): Promise<Date | null> {
  const [row] = await sql.query<{ ended_at: Date }>(
    `select r.ended_at from findings f join runs r on r.incident_id = f.incident_id
      where f.id = $1 and r.started_at >= f.at and r.ended_at is not null and r.status = 'done' and not r.rehearsal
        and exists (select 1 from ticket_links l where l.incident_id = f.incident_id)
      order by r.ended_at limit 1`,
    [finding],
  );
  return row?.ended_at ?? null;
}

export async function canaryDone(
  tx: Sql,
  of: Of & { readonly at: Date; readonly ms: number },
): Promise<void> {
  await tx.query(
    `update source_watch set canary_done_at = $3, canary_ms = $4, canary_missed_at = null where tenant = $1 and source = $2`,
    [of.tenant, of.source, of.at, of.ms],
  );
}

export async function canaryMissed(tx: Sql, of: Of & { readonly nowMs: number }): Promise<boolean> {
  const rows = await tx.query(
    `update source_watch set canary_missed_at = $3 where tenant = $1 and source = $2 and canary_missed_at is null returning source`,
    [of.tenant, of.source, isoTime(of.nowMs)],
  );
  return rows.length > 0;
}
