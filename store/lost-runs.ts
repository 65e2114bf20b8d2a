import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Plan } from '../domain/plan.ts';
import type { TriageTrace } from '../domain/policy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';
import { voidGate } from './gates.ts';

/** A run that has an execution of its own and has not ended, with what it takes to begin it again. */
export interface OpenRun {
  readonly key: string;
  readonly tenant: string;
  readonly incident_id: string;
  readonly workflow_id: string;
  readonly plan_digest: string;
  readonly policy_digest: string;
  readonly requester: string;
  readonly rehearsal: boolean;
  readonly plan: Plan;
  readonly trace: TriageTrace | null;
  readonly received_at: Date;
  /** Its incident was closed, and it is none of those that may run then; what is parked would stand there for ever. */
  readonly unwanted: boolean;
}

/** Runs of their own that have not ended, by key from `after` on, older than `olderThanMs` or from before a clock was set back. */
export async function openRuns(
  sql: Sql,
  page: { after: string; limit: number; olderThanMs: number },
): Promise<readonly OpenRun[]> {
  return sql.query<OpenRun>(
    `select r.key, r.tenant, r.incident_id, r.workflow_id, r.plan_digest, r.policy_digest, r.requester, r.rehearsal,
            p.body as plan, i.trace, i.received_at,
            i.state = 'closed' and (r.purpose in ('triage', 'request') or r.status = 'parked') as unwanted
       from runs r join plans p on p.digest = r.plan_digest join incidents i on i.id = r.incident_id
      where r.host = 'respond' and r.ended_at is null and r.key > $1
        and (r.started_at <= clock_timestamp() - $3 * interval '1 millisecond' or r.started_at > clock_timestamp() + interval '1 minute')
      order by r.key limit $2`,
    [page.after, page.limit, page.olderThanMs],
  );
}

/**
 * Lets a run whose execution is gone begin again under its own key, so that the executor answers what was done. A gate
 * that nobody acted on becomes void: people are asked anew, with what the world looks like now. False where it ended meanwhile.
 */
export async function resetRun(tx: Sql, run: OpenRun, clock: Clock): Promise<boolean> {
  const rows = await tx.query(
    `update runs set step_no = 0, status = 'active' where key = $1 and ended_at is null returning key`,
    [run.key],
  );
  if (rows.length === 0) return false;
  const gates = await tx.query<{ id: string }>(
    `select g.id from gates g
      where g.run_key = $1 and g.state in ('open', 'approved')
        and not exists (select 1 from effects e where e.order_digest = g.order_digest) order by g.id`,
    [run.key],
  );
  for (const { id } of gates) {
    await voidGate(tx, { gateId: id, reason: 'the execution that waited for it is gone' }, clock);
  }
  const data = { why: 'its execution was lost; it begins again', workflowId: run.workflow_id };
  await appendEntries(tx, [
    newEntry(
      {
        tenant: run.tenant,
        type: 'run.handed-over',
        actor: { kind: 'service', id: 'reaper' },
        incident: run.incident_id,
        run: run.key,
        subject: run.workflow_id,
        outcome: 'opened',
        data,
      },
      clock,
    ),
  ]);
  return true;
}
