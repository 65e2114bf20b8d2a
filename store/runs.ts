import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Entry } from '../domain/entry.ts';
import type { RunReport } from '../domain/run.types.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import { stages } from '../platform/metrics.ts';
import type { Stage } from '../platform/metrics.ts';
import type { Sql } from './database.ts';
import { joined, joinedColumn } from './joined-columns.ts';
import { notifyWork } from './notify.ts';

export interface SettledRun {
  readonly report: RunReport;
  /** The execution that hosts it from now on; null where it stays where it is. */
  readonly movedTo: string | null;
  readonly why: string;
}

/** What the new host reported may be written before the batch says that the run moved: then only the move is news. */
const isNews = 'runs.ended_at is null and runs.step_no <= r.step_no';

/**
 * Writes what became of runs. A report counts only if its step number is higher than the row's (or equal, for a move),
 * so that late and repeated reports change nothing; that a run moved counts whenever it is told. Returns the keys that
 * were written. `offset 0` keeps PostgreSQL from taking the inner query into the outer one: there it would parse a report
 * anew at each place that names it.
 */
export async function saveRuns(
  tx: Sql,
  runs: readonly SettledRun[],
  clock: Clock,
): Promise<ReadonlySet<string>> {
  const written = await tx.query<{ key: string }>(
    `update runs
        set step_no = greatest(runs.step_no, r.step_no),
            status = case when ${isNews} then r.report->>'status' else status end,
            outcome = case when ${isNews} then r.report->>'outcome' else outcome end,
            state = case when ${isNews} then state || r.report else state end,
            host = case when r.moved_to is null then host else 'respond' end,
            workflow_id = coalesce(r.moved_to, workflow_id),
            workflows = case when r.moved_to is null then workflows else array_append(workflows, r.moved_to) end,
            ended_at = case when ${isNews} and r.over then clock_timestamp() else ended_at end
       from (select key, moved_to, over::boolean as over, report::jsonb as report, (report::jsonb->>'stepNo')::int as step_no
               from unnest(${[1, 2, 3, 4].map(joinedColumn).join(', ')}) as u(key, moved_to, over, report) offset 0) r
      where runs.key = r.key
        and ((runs.ended_at is null and runs.step_no < r.step_no) or (r.moved_to is not null and runs.host = 'triage'))
     returning runs.key`,
    [
      joined(runs, ({ report }) => report.key),
      joined(runs, ({ movedTo }) => movedTo ?? ''),
      joined(runs, ({ report }) => String(isOver(report))),
      joined(runs, ({ report }) => JSON.stringify(report)),
    ],
  );
  const keys = new Set(written.map((row) => row.key));
  const changed = runs.filter(
    ({ report, movedTo }) => keys.has(report.key) && (movedTo !== null || isOver(report)),
  );
  await appendEntries(
    tx,
    changed.map((run) => runEntry(run, clock)),
  );
  return keys;
}

export const isOver = (report: RunReport): boolean =>
  report.status === 'done' || report.status === 'failed' || report.status === 'cancelled';

function runEntry({ report, movedTo, why }: SettledRun, clock: Clock): Entry {
  const moved = movedTo !== null;
  return newEntry(
    {
      id: `${moved ? 'run-moved' : 'run-ended'}:${report.key}`,
      tenant: report.tenant,
      type: moved ? 'run.handed-over' : 'run.ended',
      actor: { kind: 'playbook', id: `${report.plan.name}@${report.plan.version}` },
      incident: report.incidentId,
      run: report.key,
      subject: moved ? movedTo : report.plan.name,
      outcome: moved ? 'opened' : report.status === 'done' ? 'closed' : 'failed',
      data: moved
        ? { why }
        : {
            outcome: report.outcome,
            status: report.status,
            missing: report.missing.length,
            deeds: report.deeds.map((deed) => ({ ...deed })),
          },
    },
    clock,
  );
}

export interface Settlement {
  readonly reports: readonly RunReport[];
  /** The batch that let its incidents go with this; null for a run of its own. */
  readonly batchId: string | null;
}

/**
 * Moves incidents after their runs: `responding` while a run goes on, `attention` where one failed, `handled` where all
 * are done, `closed` where the sender said all-clear after the last finding. A batch frees its incidents in the same
 * statement; what came in meanwhile makes an incident due again, at most once in 1 → 5 → 30 s. Returns how long after
 * receipt each incident came to the stages of which that is known only now.
 */
export async function settleIncidents(
  tx: Sql,
  { reports, batchId }: Settlement,
  clock: Clock,
): Promise<readonly StageTime[]> {
  const rows = await tx.query<Moved>(settleSql, [
    joined(reports, ({ incidentId }) => incidentId),
    batchId,
    joined(reports, ({ times }) => isoOf(times.lookedUpMs)),
    joined(reports, ({ times }) => isoOf(times.ticketedMs)),
    joined(reports, ({ times }) => isoOf(times.decidedMs)),
  ]);
  await appendEntries(
    tx,
    rows.filter((row) => row.before !== row.after).map((row) => movedEntry(row, clock)),
  );
  return rows.flatMap(stageTimes);
}

export interface StageTime {
  readonly stage: Stage;
  /** Since the receipt. */
  readonly ms: number;
}

function stageTimes(row: Moved): readonly StageTime[] {
  return stages.flatMap((stage) => {
    const ms = row[stage];
    return ms === null || ms < 0 ? [] : [{ stage, ms }];
  });
}

interface Moved extends Readonly<Record<Stage, number | null>> {
  readonly id: string;
  readonly tenant: string;
  readonly before: string;
  readonly after: string;
}

const isoOf = (ms: number | null): string => (ms === null ? '' : isoTime(ms));

/**
 * `offset 0` keeps PostgreSQL from making one join of the two tables: each incident is looked up by its id. It does not know
 * how many a list names, guesses far too many, and would read all incidents.
 */
const settleSql = `
  with told as (
    select id, min(looked::timestamptz) as looked, min(ticketed::timestamptz) as ticketed, min(decided::timestamptz) as decided
      from unnest(${[1, 3, 4, 5].map(joinedColumn).join(', ')}) as t(id, looked, ticketed, decided) group by id
  ), runs_of as (
    select i.id, i.state as before, i.decided_at, i.looked_up_at, i.ticketed_at, i.all_clear_at >= i.last_seen as clear,
           i.batch_id = $2 and i.follow_ups = 0 and i.dispatched_at > clock_timestamp() - interval '1 minute' as first_time,
           r.going, r.failed,
           exists (select 1 from effects e where e.incident_id = i.id and e.state = 'held') as held
      from told t cross join lateral (select * from incidents where id = t.id offset 0) i
     cross join lateral (
       select bool_or(ended_at is null) as going,
              coalesce((array_agg(status order by ordinal desc) filter (where not rehearsal))[1] in ('failed', 'parked'), false) as failed
         from runs where incident_id = t.id having count(*) > 0) r
  ), moved as (
    select id, before, decided_at, looked_up_at, ticketed_at, first_time,
           case when before in ('closed', 'draft', 'ignored') then before when going then 'responding'
                when failed or held then 'attention' when clear then 'closed' else 'handled' end as after
      from runs_of
  )
  update incidents i
     set state = m.after,
         verdict = case when m.after = 'closed' and m.before <> 'closed' then 'resolved' else i.verdict end,
         changed_at = case when m.after = m.before then i.changed_at else clock_timestamp() end,
         changed_by = case when m.after = m.before then i.changed_by else 'runs' end,
         change_reason = case m.after when m.before then i.change_reason when 'closed' then 'all clear' else 'its runs are ' || m.after end,
         looked_up_at = coalesce(i.looked_up_at, t.looked), ticketed_at = coalesce(i.ticketed_at, t.ticketed), decided_at = coalesce(i.decided_at, t.decided),
         due_at = case when i.batch_id = $2 then ${dueAgain('i')} else i.due_at end,
         batch_digest = case when i.batch_id = $2 then null else i.batch_digest end,
         stamped_at = case when i.batch_id = $2 then null else i.stamped_at end,
         batch_id = case when i.batch_id = $2 then null else i.batch_id end
    from moved m join told t using (id)
   where i.id = m.id
  returning i.id, i.tenant, m.before, i.state as after,
    case when m.first_time then ${sinceReceipt('committed_at')} end as committed,
    case when m.first_time then ${sinceReceipt('dispatched_at')} end as dispatched,
    case when m.looked_up_at is null then ${sinceReceipt('looked_up_at')} end as "looked-up",
    case when m.ticketed_at is null then ${sinceReceipt('ticketed_at')} end as ticketed,
    case when m.decided_at is null then ${sinceReceipt('decided_at')} end as decided`;

function sinceReceipt(column: string): string {
  return `(extract(epoch from i.${column} - i.received_at) * 1000)::float8`;
}

function dueAgain(row: string): string {
  return `case
      when ${row}.requests <> '[]' or ${row}.severity_id > ${row}.triaged_severity then clock_timestamp()
      when ${row}.revision > ${row}.seen_revision then clock_timestamp() + (case ${row}.follow_ups when 0 then 1 when 1 then 5 else 30 end) * interval '1 second'
    end`;
}

function movedEntry(row: Moved, clock: Clock): Entry {
  return newEntry(
    {
      tenant: row.tenant,
      type: 'incident.changed',
      actor: { kind: 'service', id: 'runs' },
      incident: row.id,
      run: null,
      subject: null,
      outcome: 'done',
      data: { from: row.before, to: row.after },
    },
    clock,
  );
}

/** Closes the batch, and frees what none of its reports spoke of. */
export async function closeBatch(tx: Sql, batchId: string): Promise<void> {
  await tx.query(
    `update incidents i set batch_id = null, batch_digest = null, stamped_at = null, due_at = ${dueAgain('i')} where batch_id = $1`,
    [batchId],
  );
  await tx.query(
    'update batches set closed_at = clock_timestamp() where id = $1 and closed_at is null',
    [batchId],
  );
  await notifyWork(tx);
}
