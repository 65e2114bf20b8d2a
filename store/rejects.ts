import type { Entry } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Database, Sql } from './database.ts';

/** A delivery that was refused. `head` is the beginning of its body, redacted. */
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

/** As a list shows them: `head` is cut, `headChars` says how much is kept. */
export interface ListedReject extends Omit<RejectRow, 'tenant' | 'entry'> {
  readonly headChars: number;
}

const shownColumns = 'id, source, reason, detail, sender, at, char_length(head) as "headChars"';

/** The newest first. */
export function listRejects(
  db: Database,
  { tenant, limit, headChars }: RejectList,
): Promise<ListedReject[]> {
  return db.query<ListedReject>(
    `select ${shownColumns}, left(head, $3) as head from rejects where tenant = $1 order by at desc limit $2`,
    [tenant, limit, headChars],
  );
}

export interface RejectList {
  readonly tenant: string;
  readonly limit: number;
  readonly headChars: number;
}

/** All that is kept of one. NOT_FOUND where there is none by that id. */
export async function readReject(db: Database, tenant: string, id: string): Promise<ListedReject> {
  const [found] = await db.query<ListedReject>(
    `select ${shownColumns}, head from rejects where tenant = $1 and id = $2`,
    [tenant, id],
  );
  if (found === undefined) throw new SallyportError('NOT_FOUND', 'no rejected delivery by that id');
  return found;
}
