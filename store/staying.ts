import type { Sql } from './database.ts';
import { keepsOpen } from './endings.ts';
import { letsEnd } from './ticket-states.ts';

/** Why an incident does not end by itself. */
export interface Staying {
  /** What goes on about it. */
  readonly why: readonly string[];
  /** Its tickets; at most 20. */
  readonly tickets: readonly StayingTicket[];
}

export interface StayingTicket {
  readonly connection: string;
  readonly ticket: string;
  /** `unasked` until an ending depended on it. */
  readonly state: string;
  readonly said: string;
  readonly why: string;
  /** When its system last said so; null where it never did. */
  readonly heardAt: Date | null;
  readonly askedAgainAt: Date | null;
  /** What would end if it were not for the ticket; empty where it was never asked for. */
  readonly ends: string;
  readonly letsEnd: boolean;
}

const ticketsMax = 20;

/** Null for an incident that is closed. */
export async function readStaying(sql: Sql, incidentId: string): Promise<Staying | null> {
  const checks = keepsOpen.map(({ sql: condition }, at) => `${condition} as "${at}"`).join(', ');
  const [row] = await sql.query<Record<string, unknown>>(
    `select ${checks} from incidents i where i.id = $1 and i.state <> 'closed'`,
    [incidentId],
  );
  if (row === undefined) return null;
  const tickets = await sql.query<StayingTicket>(
    `select l.connection, l.external_id as ticket, l.said, l.state_why as why, l.heard_at as "heardAt", l.ask_why as ends,
            case when l.ask_after is null then 'unasked' else l.state end as state,
            coalesce(l.ask_at, l.ask_after) as "askedAgainAt", ${letsEnd} as "letsEnd"
       from ticket_links l where l.incident_id = $1 order by l.linked_at limit ${ticketsMax}`,
    [incidentId],
  );
  return { why: keepsOpen.flatMap(({ why }, at) => (row[at] === true ? [why] : [])), tickets };
}
