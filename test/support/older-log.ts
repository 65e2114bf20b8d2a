import type { Database } from '../../store/database.ts';

/** Leaves of the log in SQL its first `size` entries, as an older copy would hold them. */
export async function setBack(db: Database, size: number): Promise<void> {
  await db.query(
    'delete from audit_entries where id in (select id from audit_log where seq >= $1)',
    [size],
  );
  await db.query('delete from audit_groups where seq >= $1', [size]);
  await db.query('update audit_groups set entries = $1 - seq where seq + entries > $1', [size]);
}
