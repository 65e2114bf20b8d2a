import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from './database.ts';

/** How long deliveries are known, so that a repeat gets its first receipt, and how long rejections can be read. */
export const retentionDays = { receipts: 7, rejects: 30 } as const;
/** Rows that one round deletes, so that no round holds locks for long. */
const rowsPerRound = 10_000;

/** Deletes what is past its time, with an entry that says how much. True if there may be more. */
export async function purgeOld(db: Database, tenant: string, clock: Clock): Promise<boolean> {
  return db.transaction(async (tx) => {
    const purge = async (sql: string, days: number): Promise<number> =>
      (await tx.query(sql, [tenant, days, rowsPerRound])).length;
    const receipts = await purge(
      `delete from receipts where id in (select id from receipts where tenant = $1 and received_at < clock_timestamp() - $2 * interval '1 day' limit $3) returning id`,
      retentionDays.receipts,
    );
    const rejects = await purge(
      `delete from rejects where id in (select id from rejects where tenant = $1 and at < clock_timestamp() - $2 * interval '1 day' limit $3) returning id`,
      retentionDays.rejects,
    );
    if (receipts + rejects === 0) return false;
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
          data: { receipts, rejects },
        },
        clock,
      ),
    ]);
    return Math.max(receipts, rejects) === rowsPerRound;
  });
}
