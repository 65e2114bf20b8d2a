import type { Entry } from '../domain/entry.ts';
import type { Sql } from './database.ts';

/** A delivery that was refused. `head` is redacted. */
export interface RejectRecord {
  readonly id: string;
  readonly tenant: string;
  readonly source: string;
  readonly reason: string;
  readonly detail: string;
  readonly sender: string;
  readonly head: string;
  readonly at: string;
}

export interface RejectRow extends RejectRecord {
  readonly entry: Entry;
}

export async function insertReject(tx: Sql, row: RejectRow): Promise<void> {
  await tx.query(
    'insert into rejects (id, tenant, source, reason, detail, sender, head, at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing',
    [row.id, row.tenant, row.source, row.reason, row.detail, row.sender, row.head, row.at],
  );
}

/** The latest first, at most `max`; `source` narrows it. */
export async function listRejects(
  sql: Sql,
  query: { readonly tenant: string; readonly source: string | null; readonly max: number },
): Promise<readonly RejectRecord[]> {
  const rows = await sql.query<Omit<RejectRecord, 'at'> & { readonly at: Date }>(
    `select id, tenant, source, reason, detail, sender, head, at from rejects
      where tenant = $1 and ($2::text is null or source = $2) order by at desc, id limit $3`,
    [query.tenant, query.source, query.max],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
