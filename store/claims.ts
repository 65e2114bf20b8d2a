import type { RunReport, RunState } from '../domain/run.types.ts';
import type { TriageChoice } from '../domain/triage.ts';
import type { Sql } from './database.ts';
import { joined, joinedColumn } from './joined-columns.ts';

export interface ClaimRecord {
  readonly batchId: string;
  readonly workflowId: string;
  readonly digest: string;
  readonly tenant: string;
  readonly policyDigest: string;
  readonly chosen: readonly {
    readonly incident: { readonly id: string; readonly severityId: number; readonly state: string };
    readonly choice: TriageChoice;
  }[];
}

/** Writes a claim: the batch, its runs, and each incident with its decision. Incidents without a run get no stamp. */
export async function saveClaim(tx: Sql, claim: ClaimRecord): Promise<void> {
  const runs = claim.chosen.flatMap(({ choice }) => choice.runs);
  if (runs.length > 0) {
    await tx.query('insert into batches (id, tenant, digest, incidents) values ($1, $2, $3, $4)', [
      claim.batchId,
      claim.tenant,
      claim.digest,
      claim.chosen.length,
    ]);
    await saveRuns(tx, claim);
  }
  await saveIncidents(tx, claim);
}

async function saveRuns(tx: Sql, claim: ClaimRecord): Promise<void> {
  const rows = claim.chosen.flatMap(({ choice }) =>
    choice.runs.map(({ state, ordinal, plan, purpose, request }) => ({
      key: state.key,
      tenant: state.tenant,
      incident_id: state.incidentId,
      ordinal,
      playbook: plan.name,
      version: plan.version,
      plan_digest: state.plan.digest,
      requester: state.requester,
      rehearsal: state.rehearsal,
      purpose,
      request,
      state: withoutFacts(state),
    })),
  );
  const undoPlans = claim.chosen.flatMap(({ choice }) =>
    choice.runs.filter((run) => run.purpose === 'undo'),
  );
  for (const { digest, plan } of undoPlans) {
    await tx.query(
      'insert into plans (digest, name, version, author, body) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [digest, plan.name, plan.version, plan.author, JSON.stringify(plan)],
    );
  }
  await tx.query(
    `insert into runs (key, tenant, incident_id, ordinal, playbook, version, plan_digest, policy_digest, requester, rehearsal,
                       purpose, request, status, host, batch_id, workflow_id, workflows, state)
     select r.key, r.tenant, r.incident_id, r.ordinal, r.playbook, r.version, r.plan_digest, $2, r.requester, r.rehearsal,
            r.purpose, r.request, 'active', 'triage', $3, $4, array[$4], r.state
       from jsonb_to_recordset($1::jsonb) as r(key text, tenant text, incident_id text, ordinal int, playbook text, version int,
            plan_digest text, requester text, rehearsal boolean, purpose text, request jsonb, state jsonb)
     on conflict (key) do nothing`,
    [JSON.stringify(rows), claim.policyDigest, claim.batchId, claim.workflowId],
  );
}

/** The facts stand in the incident's row already. */
function withoutFacts({ facts: _, ...state }: RunState): RunReport {
  return state;
}

/**
 * An incident that triage only decided about (ignored, drafted, nothing to say) is settled right here. `offset 0`: a trace is
 * parsed once, as in `saveRuns`.
 */
async function saveIncidents(tx: Sql, claim: ClaimRecord): Promise<void> {
  const { chosen } = claim;
  await tx.query(
    `update incidents i
        set state = coalesce(r.moved, i.state),
            trace = coalesce(r.trace, i.trace), priority = coalesce(r.trace->'priority'->>'level', i.priority),
            owner = coalesce(r.trace->'owner'->>'team', i.owner),
            triaged_severity = greatest(i.triaged_severity, r.severity),
            seen_revision = i.revision, requests = '[]', due_at = (r.trace->>'again')::timestamptz,
            follow_ups = i.follow_ups + case when r.follow_up then 1 else 0 end,
            batch_id = case when r.stamped then $2 end, batch_digest = case when r.stamped then $3 end,
            stamped_at = case when r.stamped then clock_timestamp() end,
            dispatched_at = coalesce(i.dispatched_at, clock_timestamp()),
            changed_at = case when r.moved is null then i.changed_at else clock_timestamp() end,
            changed_by = case when r.moved is null then i.changed_by else 'triage' end,
            change_reason = case when r.moved is null then i.change_reason else coalesce(r.trace->'rule'->>'id', 'asked for') end
       from (select id, stamped::boolean as stamped, moved, trace::jsonb as trace, severity::smallint as severity, follow_up::boolean as follow_up
               from unnest(${[1, 4, 5, 6, 7, 8].map(joinedColumn).join(', ')}) as u(id, stamped, moved, trace, severity, follow_up) offset 0) r
      where i.id = r.id`,
    [
      joined(chosen, ({ incident }) => incident.id),
      claim.batchId,
      claim.digest,
      joined(chosen, ({ choice }) => String(choice.runs.length > 0)),
      joined(chosen, ({ incident, choice }) => nextState(incident.state, choice) ?? ''),
      joined(chosen, ({ choice }) => (choice.trace === null ? '' : JSON.stringify(choice.trace))),
      joined(chosen, ({ incident }) => String(incident.severityId)),
      joined(chosen, ({ choice }) => String(choice.followUp)),
    ],
  );
}

/** Null where the state stays: follow-ups and undos say something about an incident without moving it. */
function nextState(state: string, choice: TriageChoice): string | null {
  if (state === 'closed') return null;
  if (choice.runs.some((run) => run.purpose === 'triage' || run.purpose === 'request'))
    return state === 'responding' ? null : 'triage';
  if (choice.trace?.decision.kind === 'ignore' && choice.runs.length === 0)
    return state === 'new' ? 'ignored' : null;
  if (choice.trace?.decision.kind === 'draft' && choice.runs.length === 0)
    return state === 'new' ? 'draft' : null;
  return null;
}
