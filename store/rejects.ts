import type { Entry } from '../domain/entry.ts';
import type { Sql } from './database.ts';

/** A delivery that was refused. `head` is redacted. */
export interface RejectRow {
  readonly id: string;
  readonly tenant: string;
  readonly source: string;
  readonly reason: string;
  readonly detail: string;
  readonly sender: string;
  readonly head: string;
  readonly at: string;
  readonly entry: Entry;
}

export async function insertReject(tx: Sql, row: RejectRow): Promise<void> {
  await tx.query(
    'insert into rejects (id, tenant, source, reason, detail, sender, head, at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing',
    [row.id, row.tenant, row.source, row.reason, row.detail, row.sender, row.head, row.at],
  );
}
