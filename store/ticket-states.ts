import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { nextAskMs, ticketAsking, type TicketReading } from '../domain/ticket-states.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';

/** A ticket whose own system is to be asked how far it is. */
export interface TicketAsk {
  /** Also the key that its system knows it by. */
  readonly key: string;
  readonly tenant: string;
  readonly incidentId: string;
  readonly connection: string;
  readonly ticketId: string;
  readonly state: TicketReading;
  readonly said: string;
  readonly why: string;
  readonly endsBecause: string;
  readonly failures: number;
  readonly wasAsked: boolean;
}

export interface TicketAnswer {
  readonly state: TicketReading;
  readonly said: string;
  /** Why nothing is known; empty where something is. */
  readonly why: string;
  readonly retryAfterMs?: number;
}

/** Taken asks come back by themselves after so long if the process that took them died. */
const leaseMs = 120_000;

/** True in SQL of a link `l` that lets its incident end: its system said a moment ago that nobody works on it. */
export const letsEnd = `(l.state in ('open', 'resolved', 'closed')
  and l.heard_at is not null and l.heard_at between clock_timestamp() - ${ticketAsking.freshMs} * interval '1 millisecond' and clock_timestamp())`;

/** True in SQL of a link `l` that is to be asked for now. */
export const mayBeAsked = `(l.ask_at is null and (l.ask_after is null or l.ask_after <= clock_timestamp()) and not ${letsEnd})`;

export interface AskTurn {
  readonly tenant: string;
  /** Null: of all connections but these. */
  readonly connection: string | null;
  readonly known: readonly string[];
  readonly limit: number;
}

/** Takes tickets to ask for, those first that wait longest; nobody else takes them meanwhile. */
export function takeAsks(sql: Sql, turn: AskTurn): Promise<readonly TicketAsk[]> {
  const { tenant, connection, known, limit } = turn;
  return sql.query<TicketAsk>(
    `with taken as (
       select key from ticket_links
        where tenant = $1 and ask_at <= clock_timestamp()
          and case when $2::text is null then connection <> all($3::text[]) else connection = $2 end
        order by ask_at limit $4 for update skip locked)
     update ticket_links l set ask_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
       from taken where taken.key = l.key
     returning l.key, l.tenant, l.incident_id as "incidentId", l.connection, l.external_id as "ticketId", l.state, l.said,
       l.state_why as why, l.ask_why as "endsBecause", l.ask_failures as failures, l.ask_after is not null as "wasAsked"`,
    [tenant, connection, known, limit],
  );
}

/** Keeps what was answered, with an entry where it is news. */
export async function keepTicketAnswer(
  tx: Sql,
  { ask, answer }: { readonly ask: TicketAsk; readonly answer: TicketAnswer },
  clock: Clock,
): Promise<void> {
  const failures = answer.state === 'unknown' ? ask.failures + 1 : 0;
  const waitMs = nextAskMs(answer.state, failures, answer.retryAfterMs);
  await tx.query(
    `update ticket_links set state = $2, said = $3, state_why = $4, ask_failures = $5, ask_at = null,
            heard_at = case when $6 then clock_timestamp() else heard_at end,
            ask_after = clock_timestamp() + $7 * interval '1 millisecond'
      where key = $1`,
    [ask.key, answer.state, answer.said, answer.why, failures, answer.why === '', waitMs],
  );
  if (!isNews(ask, answer)) return;
  await appendEntries(tx, [
    newEntry(
      {
        tenant: ask.tenant,
        type: 'ticket.read',
        actor: { kind: 'service', id: 'ending' },
        incident: ask.incidentId,
        run: null,
        subject: ask.ticketId,
        outcome: answer.state === 'unknown' ? 'unknown' : 'done',
        data: {
          connection: ask.connection,
          from: ask.wasAsked ? ask.state : null,
          to: answer.state,
          said: answer.said,
          why: answer.why,
          ends: ask.endsBecause,
          keepsOpen: answer.state === 'unknown' || answer.state === 'in-progress',
        },
      },
      clock,
    ),
  ]);
}

function isNews(ask: TicketAsk, answer: TicketAnswer): boolean {
  if (ask.state !== answer.state || ask.said !== answer.said) return true;
  return answer.state === 'unknown' ? ask.why !== answer.why : !ask.wasAsked;
}
