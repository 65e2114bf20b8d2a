import type { ClearRule } from '../domain/correlation.ts';
import type { Sql } from './database.ts';

/** An open incident of which nothing goes on any more, with why it is over. */
export interface Ending {
  readonly id: string;
  readonly why: string;
}

/**
 * Nobody works on it and nothing is under way: no run (a wait or a timed undo is one), no open gate, no effect whose
 * outcome is open, no action that still can be taken back, no ticket in progress, no assignee, nothing due.
 */
const nothingGoesOn = `
  i.state in ('handled', 'ignored') and i.batch_id is null and i.assignee is null
  and (i.due_at is null or i.due_at > clock_timestamp()) and i.requests = '[]'::jsonb
  and not exists (select 1 from runs r where r.incident_id = i.id and r.ended_at is null)
  and not exists (select 1 from gates g where g.incident_id = i.id and g.state = 'open')
  and not exists (select 1 from effects e where e.incident_id = i.id and e.state in ('intended', 'unknown', 'held'))
  and not exists (
    select 1 from gates g join warrants w on w.gate_id = g.id and w.purpose = 'act' and w.used_at is not null
     where g.incident_id = i.id and coalesce(g.order_body->'undo', 'null'::jsonb) <> 'null'::jsonb
       and not exists (select 1 from warrants u where u.order_digest = w.order_digest and u.purpose = 'undo' and u.used_at is not null))
  and not exists (
    select 1 from ticket_links l left join board_tickets b on b.tenant = l.tenant and b.external_id = l.key
     where l.incident_id = i.id and (l.state = 'in-progress' or b.status = 'in-progress'))`;

/** The mark of the report that a receipt is the whole of; null where it is of its whole source, or of none. */
const reportIn = (receipt: string): string =>
  `(select flag from unnest(${receipt}.flags) flag where flag like 'report:%' limit 1)`;

const roundMax = 200;

export interface EndingQuestion {
  readonly tenant: string;
  readonly rule: string;
  readonly clear: ClearRule;
}

/** Incidents of one correlation rule that are over by its own word; their rows are locked. At most 200 a round. */
export async function findEndings(
  tx: Sql,
  { tenant, rule, clear }: EndingQuestion,
): Promise<readonly Ending[]> {
  if (clear.by === 'event')
    return tx.query<Ending>(
      `select i.id, 'all clear since ' || to_char(i.all_clear_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as why
         from incidents i
        where i.tenant = $1 and i.join_rule = $2 and i.all_clear_at <= clock_timestamp() - $3 * interval '1 millisecond'
          and ${nothingGoesOn} order by i.number limit ${roundMax} for update of i skip locked`,
      [tenant, rule, clear.afterMs],
    );
  if (clear.by === 'windows')
    return tx.query<Ending>(
      `select i.id, $4::int || ' windows without an alert' as why
         from incidents i
        where i.tenant = $1 and i.join_rule = $2 and i.last_seen <= clock_timestamp() - $3 * interval '1 millisecond'
          and not exists (select 1 from source_watch s where s.tenant = i.tenant and s.source = i.source and s.silent_since is not null)
          and ${nothingGoesOn} order by i.number limit ${roundMax} for update of i skip locked`,
      [tenant, rule, clear.windows * clear.ofMs, clear.windows],
    );
  return tx.query<Ending>(
    `select i.id, 'absent from the complete report ' || c.id as why
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
        and not c.findings @> jsonb_build_array(jsonb_build_object('incident', i.id))
        and ${nothingGoesOn} order by i.number limit ${roundMax} for update of i skip locked`,
    [tenant, rule],
  );
}

/** Incidents about which nothing was heard for so long; their rows are locked. At most 200 a round. */
export async function findStale(
  tx: Sql,
  { tenant, staleMs }: { readonly tenant: string; readonly staleMs: number },
): Promise<readonly Ending[]> {
  return tx.query<Ending>(
    `select i.id, 'stale: nothing was heard for ' || round($2::float8 / 86400000)::text || ' days' as why
       from incidents i
      where i.tenant = $1 and i.last_seen <= clock_timestamp() - $2 * interval '1 millisecond'
        and ${nothingGoesOn} order by i.number limit ${roundMax} for update of i skip locked`,
    [tenant, staleMs],
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
