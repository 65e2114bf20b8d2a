import type {
  BoardChange,
  BoardComment,
  BoardDraft,
  BoardStore,
  BoardTicket,
} from '../domain/board.ts';
import type { Sql } from './database.ts';

interface TicketRow {
  readonly id: number;
  readonly external_id: string;
  readonly title: string;
  readonly body: string;
  readonly status: string;
  readonly priority: string;
  readonly team: string;
  readonly labels: string[];
}

/** The ticket board in SQL. The unique indexes on external id and comment key are what makes repeats harmless. */
export function createBoardStore(db: Sql): BoardStore {
  return {
    ensure: (tenant, ticket) => ensure(db, tenant, ticket),
    find: async (tenant, externalKey) =>
      toTicket(
        await db.query<TicketRow>(`${selectTicket} and external_id = $2`, [tenant, externalKey]),
      ),
    read: async (tenant, ticketId) =>
      isRowId(ticketId)
        ? toTicket(await db.query<TicketRow>(`${selectTicket} and id = $2`, [tenant, ticketId]))
        : null,
    comment: (tenant, comment) => addComment(db, tenant, comment),
    findComment: async (tenant, key) => {
      const [row] = await db.query<{ id: number }>(
        'select c.id from board_comments c join board_tickets t on t.id = c.ticket_id where t.tenant = $1 and c.key = $2',
        [tenant, key],
      );
      return row === undefined ? null : { commentId: String(row.id) };
    },
    update: (tenant, ticketId, change) => update(db, tenant, { ticketId, change }),
  };
}

const selectTicket =
  'select id, external_id, title, body, status, priority, team, labels from board_tickets where tenant = $1';

/** Ids come from playbooks' data, so what is no row id is simply not found. */
const isRowId = (text: string): boolean => /^\d{1,18}$/.test(text);

function toTicket([row]: readonly TicketRow[]): BoardTicket | null {
  if (row === undefined) return null;
  const { id, external_id: externalKey, title, body, status, priority, team, labels } = row;
  return { ticketId: String(id), externalKey, title, body, status, priority, team, labels };
}

async function ensure(
  db: Sql,
  tenant: string,
  ticket: BoardDraft,
): Promise<{ ticketId: string; created: boolean }> {
  const { externalKey, title, body, status, priority, team, labels } = ticket;
  const [made] = await db.query<{ id: number }>(
    `insert into board_tickets (tenant, external_id, title, body, status, priority, team, labels)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (tenant, external_id) do nothing returning id`,
    [tenant, externalKey, title, body, status, priority, team, labels],
  );
  if (made !== undefined) return { ticketId: String(made.id), created: true };
  const found = await db.query<{ id: number }>(
    'select id from board_tickets where tenant = $1 and external_id = $2',
    [tenant, externalKey],
  );
  return { ticketId: String(found[0]?.id ?? ''), created: false };
}

async function addComment(
  db: Sql,
  tenant: string,
  { ticketId, key, body }: BoardComment,
): Promise<{ commentId: string; created: boolean } | null> {
  if (!isRowId(ticketId)) return null;
  const [row] = await db.query<{ id: number | null; created: boolean }>(
    `with ticket as (select id from board_tickets where tenant = $1 and id = $2),
          made as (insert into board_comments (ticket_id, key, body) select id, $3, $4 from ticket on conflict (key) do nothing returning id)
     select coalesce((select id from made), (select id from board_comments where key = $3)) as id, exists (select from made) as created
     from ticket`,
    [tenant, ticketId, key, body],
  );
  if (row === undefined) return null;
  // Another writer committed the same key between our insert and our look: it is there now.
  const id =
    row.id ??
    (await db.query<{ id: number }>('select id from board_comments where key = $1', [key]))[0]?.id;
  return { commentId: String(id ?? ''), created: row.created };
}

async function update(
  db: Sql,
  tenant: string,
  { ticketId, change }: { ticketId: string; change: BoardChange },
): Promise<{ changed: boolean } | null> {
  if (!isRowId(ticketId)) return null;
  const {
    title = null,
    body = null,
    status = null,
    priority = null,
    team = null,
    labels = null,
  } = change;
  const wanted = [title, body, status, priority, team, labels === null ? null : [...labels]];
  const [row] = await db.query<{ changed: boolean }>(
    `with now as (select id, title, body, status, priority, team, labels from board_tickets where tenant = $1 and id = $2 for update),
          next as (select id, coalesce($3, title) as title, coalesce($4, body) as body, coalesce($5, status) as status,
                          coalesce($6, priority) as priority, coalesce($7, team) as team, coalesce($8::text[], labels) as labels from now),
          done as (update board_tickets t set title = n.title, body = n.body, status = n.status, priority = n.priority,
                          team = n.team, labels = n.labels, updated_at = clock_timestamp()
                   from next n join now o using (id)
                   where t.id = n.id and (n.title, n.body, n.status, n.priority, n.team, n.labels)
                         is distinct from (o.title, o.body, o.status, o.priority, o.team, o.labels)
                   returning t.id)
     select exists (select from done) as changed from now`,
    [tenant, ticketId, ...wanted],
  );
  return row === undefined ? null : { changed: row.changed };
}
