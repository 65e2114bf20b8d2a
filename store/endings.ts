import type { ClearRule } from '../domain/correlation.ts';
import type { Sql } from './database.ts';
import { letsEnd, mayBeAsked } from './ticket-states.ts';

/** An open incident of which nothing goes on any more, with why it is over. */
export interface Ending {
  readonly id: string;
  readonly why: string;
}

/** What goes on about an incident `i` and keeps it open, each with its condition in SQL. Tickets are asked for besides. */
export const keepsOpen: readonly { readonly why: string; readonly sql: string }[] = [
  {
    why: 'its state is neither handled nor ignored',
    sql: `(i.state not in ('handled', 'ignored'))`,
  },
  {
    why: 'triage is about to see it',
    sql: `(i.batch_id is not null or coalesce(i.due_at <= clock_timestamp(), false) or i.requests <> '[]'::jsonb)`,
  },
  { why: 'somebody has it', sql: '(i.assignee is not null)' },
  {
    why: 'a run goes on, or waits',
    sql: 'exists (select 1 from runs r where r.incident_id = i.id and r.ended_at is null)',
  },
  {
    why: 'a gate is open',
    sql: `exists (select 1 from gates g where g.incident_id = i.id and g.state = 'open')`,
  },
  {
    why: 'the outcome of an effect is open',
    sql: `exists (select 1 from effects e where e.incident_id = i.id and e.state in ('intended', 'unknown', 'held'))`,
  },
  {
    why: 'an action can still be taken back',
    sql: `exists (
      select 1 from gates g join warrants w on w.gate_id = g.id and w.purpose = 'act' and w.used_at is not null
       where g.incident_id = i.id and coalesce(g.order_body->'undo', 'null'::jsonb) <> 'null'::jsonb
         and not exists (select 1 from warrants u where u.order_digest = w.order_digest and u.purpose = 'undo' and u.used_at is not null))`,
  },
];

const nothingGoesOn = keepsOpen.map(({ sql }) => `not ${sql}`).join(' and ');

const ticketsAgree = `not exists (select 1 from ticket_links l where l.incident_id = i.id and not ${letsEnd})`;
const ticketsToAsk = `exists (select 1 from ticket_links l where l.incident_id = i.id and ${mayBeAsked})`;

/** The mark of the report that a receipt is the whole of; null where it is of its whole source, or of none. */
const reportIn = (receipt: string): string =>
  `(select flag from unnest(${receipt}.flags) flag where flag like 'report:%' limit 1)`;

const roundMax = 200;

export type EndingQuestion =
  | { readonly tenant: string; readonly rule: string; readonly clear: ClearRule }
  | { readonly tenant: string; readonly staleMs: number };

/**
 * So many ms ago, in a query of its own: PostgreSQL then asks the clock once and looks in an index from there. A bare
 * `clock_timestamp()` may change from row to row, so it would read them all.
 */
const msAgo = (ms: string): string =>
  `(select clock_timestamp() - ${ms} * interval '1 millisecond')`;

/** Incidents that are over by the word of their correlation rule, or about which nothing was heard for so long. */
function overBy(question: EndingQuestion): { readonly text: string; readonly values: unknown[] } {
  const { tenant } = question;
  if ('staleMs' in question)
    return {
      text: `select i.id, i.number, 'stale: nothing was heard for ' || round($2::float8 / 86400000)::text || ' days' as why
         from incidents i
        where i.tenant = $1 and i.last_seen <= ${msAgo('$2')}`,
      values: [tenant, question.staleMs],
    };
  const { rule, clear } = question;
  if (clear.by === 'event')
    return {
      text: `select i.id, i.number, 'all clear since ' || to_char(i.all_clear_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as why
         from incidents i
        where i.tenant = $1 and i.join_rule = $2 and i.all_clear_at <= ${msAgo('$3')}`,
      values: [tenant, rule, clear.afterMs],
    };
  if (clear.by === 'windows')
    return {
      text: `select i.id, i.number, $4::int || ' windows without an alert' as why
         from incidents i
        where i.tenant = $1 and i.join_rule = $2 and i.last_seen <= ${msAgo('$3')}
          and not exists (select 1 from source_watch s where s.tenant = i.tenant and s.source = i.source and s.silent_since is not null)`,
      values: [tenant, rule, clear.windows * clear.ofMs, clear.windows],
    };
  return {
    text: `select i.id, i.number, 'absent from the complete report ' || c.id as why
         from incidents i
         cross join lateral (
           select ${reportIn('came')} as report from (select) one
             left join findings f on f.id = i.lead_finding left join receipts came on came.id = f.receipt_id) of
         cross join lateral (
           select r.id, r.received_at, r.findings from receipts r
            where r.tenant = i.tenant and r.source = i.source and 'complete' = any(r.flags)
              and ${reportIn('r')} is not distinct from of.report
            order by r.received_at desc limit 1) c
        where i.tenant = $1 and i.join_rule = $2 and c.received_at > i.last_seen
          and not c.findings @> jsonb_build_array(jsonb_build_object('incident', i.id))`,
    values: [tenant, rule],
  };
}

/** Those of them of which nothing goes on and whose tickets said so a moment ago; rows are locked. At most 200 a round. */
export function findEndings(tx: Sql, question: EndingQuestion): Promise<readonly Ending[]> {
  const { text, values } = overBy(question);
  return tx.query<Ending>(
    `${text} and ${nothingGoesOn} and ${ticketsAgree} order by i.number limit ${roundMax} for update of i skip locked`,
    values,
  );
}

/** Has the tickets asked for of which an ending depends: those of at most 200 incidents a round. */
export async function askTickets(tx: Sql, question: EndingQuestion): Promise<void> {
  const { text, values } = overBy(question);
  await tx.query(
    `with over as (${text} and ${nothingGoesOn} and ${ticketsToAsk} order by i.number limit ${roundMax})
     update ticket_links l set ask_at = clock_timestamp(), ask_why = over.why
       from over where l.incident_id = over.id and ${mayBeAsked}`,
    values,
  );
}

/** Lets the ticket hear how it ended. */
export async function tellTicket(tx: Sql, incidents: readonly string[]): Promise<void> {
  await tx.query(
    `update incidents set all_clear_at = coalesce(all_clear_at, clock_timestamp()), revision = revision + 1, due_at = clock_timestamp()
      where id = any($1::text[]) and exists (select 1 from ticket_links l where l.incident_id = incidents.id)`,
    [incidents],
  );
}
