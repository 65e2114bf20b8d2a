import { SallyportError } from '../domain/errors.ts';
import type { Sql } from './database.ts';

export interface BoardRow {
  readonly id: number;
  readonly title: string;
  readonly status: string;
  readonly priority: string;
  readonly team: string;
  readonly labels: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface BoardFile extends BoardRow {
  readonly body: string;
  readonly comments: readonly { readonly body: string; readonly at: Date }[];
}

const columns =
  'id, title, status, priority, team, labels, created_at as "createdAt", updated_at as "updatedAt"';
const commentsMax = 200;

/** The newest first. */
export function listBoard(
  sql: Sql,
  filter: { readonly tenant: string; readonly status: string | null; readonly limit: number },
): Promise<BoardRow[]> {
  return sql.query<BoardRow>(
    `select ${columns} from board_tickets where tenant = $1 and ($2::text is null or status = $2) order by id desc limit $3`,
    [filter.tenant, filter.status, filter.limit],
  );
}

/** A ticket with its last 200 comments, the oldest of them first. NOT_FOUND. */
export async function readBoardTicket(sql: Sql, tenant: string, id: string): Promise<BoardFile> {
  const [row] = await sql.query<BoardRow & { body: string }>(
    `select ${columns}, body from board_tickets where tenant = $1 and id = $2`,
    [tenant, id],
  );
  if (row === undefined) throw new SallyportError('NOT_FOUND', 'no such ticket on the board');
  const comments = await sql.query<{ body: string; at: Date }>(
    'select body, created_at as at from board_comments where ticket_id = $1 order by id desc limit $2',
    [id, commentsMax],
  );
  return { ...row, comments: comments.reverse() };
}
