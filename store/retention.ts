import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from './database.ts';

/**
 * How long deliveries are known, so that a repeat gets its first receipt; how long rejections can be read, incidents are
 * joined to cases by what they share, and deploys are found.
 */
export const retentionDays = { receipts: 7, rejects: 30, caseKeys: 30, deploys: 90 } as const;
/** Rows that one round deletes, so that no round holds locks for long. */
const rowsPerRound = 10_000;

export interface PurgeOf {
  readonly tenant: string;
  readonly clock: Clock;
  /** How long the vault keeps the originals behind tokens. */
  readonly originalsDays: number;
}

/** Deletes what is past its time, with an entry that says how much. True if there may be more. */
export async function purgeOld(
  db: Database,
  { tenant, clock, originalsDays }: PurgeOf,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const purge = async (sql: string, days: number): Promise<number> =>
      (await tx.query(sql, [tenant, days, rowsPerRound])).length;
    const receipts = await purge(
      `delete from receipts where id in (select id from receipts where tenant = $1 and received_at < (select clock_timestamp() - $2 * interval '1 day') order by received_at limit $3) returning id`,
      retentionDays.receipts,
    );
    const rejects = await purge(
      `delete from rejects where id in (select id from rejects where tenant = $1 and at < (select clock_timestamp() - $2 * interval '1 day') order by at limit $3) returning id`,
      retentionDays.rejects,
    );
    const caseKeys = await purge(
      `delete from case_keys where ctid in (select ctid from case_keys where tenant = $1 and seen_at < (select clock_timestamp() - $2 * interval '1 day') order by seen_at limit $3) returning 1`,
      retentionDays.caseKeys,
    );
    const deploys = await purge(
      `delete from deploys where id in (select id from deploys where tenant = $1 and at < (select clock_timestamp() - $2 * interval '1 day') order by at limit $3) returning id`,
      retentionDays.deploys,
    );
    const originals = await purge(
      `delete from vault where token in (select token from vault where tenant = $1 and created_at < (select clock_timestamp() - $2 * interval '1 day') order by created_at limit $3) returning 1`,
      originalsDays,
    );
    const purged = { receipts, rejects, caseKeys, deploys, originals };
    if (Object.values(purged).every((rows) => rows === 0)) return false;
    await appendEntries(tx, [
      newEntry(
        {
          tenant,
          type: 'retention.purged',
          actor: { kind: 'service', id: 'retention' },
          incident: null,
          run: null,
          subject: null,
          outcome: 'done',
          data: purged,
        },
        clock,
      ),
    ]);
    return Math.max(...Object.values(purged)) === rowsPerRound;
  });
}
