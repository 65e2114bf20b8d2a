import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Entry } from '../domain/entry.ts';
import type { RunReport } from '../domain/run.types.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';
import { notifyWork } from './notify.ts';

export interface SettledRun {
  readonly report: RunReport;
  /** The execution that hosts it from now on; null where it stays where it is. */
  readonly movedTo: string | null;
  readonly why: string;
}

/**
 * Writes what became of runs. A report counts only if its step number is higher than the row's (or equal, for a move),
 * so that late and repeated reports change nothing. Returns the keys that were written.
 */
export async function saveRuns(tx: Sql, runs: readonly SettledRun[], clock: Clock): Promise<ReadonlySet<string>> {
  const rows = runs.map(({ report, movedTo }) => ({
    key: report.key,
    step_no: report.stepNo,
    status: report.status,
    outcome: report.outcome,
    moved_to: movedTo,
    over: isOver(report),
    report,
  }));
  const written = await tx.query<{ key: string }>(
    `update runs
        set step_no = r.step_no, status = r.status, outcome = r.outcome, state = state || r.report,
            host = case when r.moved_to is null then host else 'respond' end,
            workflow_id = coalesce(r.moved_to, workflow_id),
            workflows = case when r.moved_to is null then workflows else array_append(workflows, r.moved_to) end,
            ended_at = case when r.over then clock_timestamp() end
       from jsonb_to_recordset($1::jsonb) as r(key text, step_no int, status text, outcome text, moved_to text, over boolean, report jsonb)
      where runs.key = r.key and runs.ended_at is null
        and (runs.step_no < r.step_no or (r.moved_to is not null and runs.host = 'triage'))
     returning runs.key`,
    [JSON.stringify(rows)],
  );
  const keys = new Set(written.map((row) => row.key));
  const changed = runs.filter(({ report, movedTo }) => keys.has(report.key) && (movedTo !== null || isOver(report)));
  await appendEntries(tx, changed.map((run) => runEntry(run, clock)));
  return keys;
}

const isOver = (report: RunReport): boolean => report.status === 'done' || report.status === 'failed' || report.status === 'cancelled';

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
      data: moved ? { why } : { outcome: report.outcome, status: report.status, missing: report.missing.length, deeds: report.deeds.map((deed) => ({ ...deed })) },
    },
    clock,
  );
}

/**
 * Moves incidents after their runs: `responding` while a run goes on, `attention` where one failed, `handled` where all
 * are done, `closed` where the sender said all-clear after the last finding. Returns nothing; writes the entries.
 */
export async function settleIncidents(tx: Sql, incidentIds: readonly string[], clock: Clock): Promise<void> {
  const rows = await tx.query<{ id: string; tenant: string; before: string; after: string }>(
    `with runs_of as (
       select i.id, i.state as before,
              bool_or(r.ended_at is null) as going,
              coalesce((array_agg(r.status order by r.ordinal desc) filter (where not r.rehearsal))[1] in ('failed', 'parked'), false) as failed,
              bool_or(e.key is not null) as held
         from incidents i
         join runs r on r.incident_id = i.id
         left join effects e on e.run_key = r.key and e.state = 'held'
        where i.id = any($1) and i.state not in ('closed', 'draft', 'ignored')
        group by i.id
     ), moved as (
       select id, before, case when going then 'responding' when failed or held then 'attention' else 'handled' end as after from runs_of
     )
     update incidents i
        set state = case when m.after = 'handled' and i.all_clear_at >= i.last_seen then 'closed' else m.after end,
            verdict = case when m.after = 'handled' and i.all_clear_at >= i.last_seen then 'resolved' else i.verdict end,
            changed_at = clock_timestamp(), changed_by = 'runs',
            change_reason = case when m.after = 'handled' and i.all_clear_at >= i.last_seen then 'all clear' else 'its runs are ' || m.after end
       from moved m
      where i.id = m.id and (i.state <> m.after or (m.after = 'handled' and i.all_clear_at >= i.last_seen))
     returning i.id, i.tenant, m.before, i.state as after`,
    [incidentIds],
  );
  await appendEntries(
    tx,
    rows.map((row) =>
      newEntry(
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
      ),
    ),
  );
}

/**
 * Frees the incidents of a batch. What came in meanwhile makes an incident due again, at most once in 1 → 5 → 30 s.
 */
export async function releaseBatch(tx: Sql, batchId: string): Promise<void> {
  await tx.query(
    `update incidents
        set batch_id = null, batch_digest = null, stamped_at = null,
            due_at = case
              when requests <> '[]' or severity_id > triaged_severity then clock_timestamp()
              when revision > seen_revision then clock_timestamp() + (case follow_ups when 0 then 1 when 1 then 5 else 30 end) * interval '1 second'
            end
      where batch_id = $1`,
    [batchId],
  );
  await tx.query('update batches set closed_at = clock_timestamp() where id = $1 and closed_at is null', [batchId]);
  await notifyWork(tx);
}
