import { randomUUID } from 'node:crypto';
import { appendEntries } from '../audit/append.ts';
import { digestOf } from '../domain/digest.ts';
import type { Entry } from '../domain/entry.ts';
import { criticalSeverity } from '../domain/finding.ts';
import type { TriageTrace } from '../domain/policy.ts';
import type { Plan } from '../domain/plan.ts';
import type { RunState } from '../domain/run.types.ts';
import {
  chooseRuns,
  type CatalogView,
  type DueIncident,
  type Request,
  type TriageChoice,
} from '../domain/triage.ts';
import type { Hold } from '../domain/hold.ts';
import type { Clock } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import { isCalm, isHeld } from '../store/batches.ts';
import { saveClaim } from '../store/claims.ts';
import type { Database, Sql } from '../store/database.ts';
import { liveWindows } from '../store/quiet.ts';
import { recordHits } from '../store/quiet-hits.ts';
import { undoPlansFor } from '../store/undo-plans.ts';
import { triageId } from '../workflows/ids.ts';
import { entriesOf } from './claim-entries.ts';
import { joinCases } from './join-cases.ts';
import { withoutHeld, type Holdable } from './holds.ts';
import { factsOf, factsSql, type FactRow } from '../store/incident-facts.ts';

export const claimLimits = {
  runs: 128,
  /** Of what a storm holds: whatever else comes in waits behind each step of such a batch. */
  heldRuns: 64,
  /** Far below Temporal's 2 MiB for one payload, since the codec and base64 add to it. */
  bytes: 786_432,
} as const;

/** A stamped batch: what its execution is started with. The digest tells it from another that took its id. */
export interface Batch {
  readonly id: string;
  readonly tenant: string;
  readonly digest: string;
  readonly plans: { readonly [digest: string]: Plan };
  readonly runs: readonly RunState[];
}

/**
 * `severity` and `age` take what no storm holds, `held` what one does, the worst first. `critical` takes critical incidents alone, which
 * are never held; they are first by `severity` as well.
 */
export type ClaimOrder = 'severity' | 'age' | 'critical' | 'held';

export interface ClaimDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: string;
  readonly catalog: () => Omit<CatalogView, 'undoPlans'>;
}

/**
 * Claims what is due, decides what is to run for each and stamps it, all in one transaction: `skip locked` lets several
 * dispatchers work side by side. Null where nothing is due; a batch without runs where nothing had to run.
 */
export async function claimBatch(deps: ClaimDeps, order: ClaimOrder): Promise<Batch | null> {
  return deps.db.transaction(async (tx) => {
    const due = (await dueRows(tx, deps.tenant, order)).map(toDue);
    if (due.length === 0) return null;
    const nowMs = deps.clock.nowMs();
    const view = deps.catalog();
    await joinCases(tx, due, { ...deps, cases: view.policy.cases });
    const rows = await withoutHeld(tx, due, { ...deps, policy: view.policy });
    const catalog: CatalogView = {
      ...view,
      windows: await liveWindows(tx, deps.tenant, nowMs),
      undoPlans: await undoPlansFor(
        tx,
        rows.flatMap((row) => row.requests),
      ),
    };
    const chosen = withinBytes(
      rows.map((incident) => ({ incident, choice: chooseRuns(incident, catalog, nowMs) })),
    );
    const runs = chosen.flatMap(({ choice }) => choice.runs);
    const batchId = randomUUID();
    const digest = digestOf(
      'sallyport/batch/v1',
      runs.map((run) => run.state.key),
    );
    await saveClaim(tx, {
      batchId,
      workflowId: triageId(batchId),
      digest,
      tenant: deps.tenant,
      chosen,
      policyDigest: catalog.policyDigest,
    });
    await recordHits(tx, deps.tenant, chosen.flatMap(hitsOf));
    await appendEntries(
      tx,
      chosen.flatMap((each): Entry[] => entriesOf(each, batchId, deps.clock)),
    );
    failpoint('stamp-before-commit');
    const plans = new Map(runs.map((run): [string, Plan] => [run.digest, run.plan]));
    return {
      id: batchId,
      tenant: deps.tenant,
      digest,
      plans: Object.fromEntries(plans),
      runs: runs.map((run) => run.state),
    };
  });
}

export interface Claimed {
  readonly incident: DueIncident;
  readonly choice: TriageChoice;
}

/** What a quiet window hid, whether the policy has it or people made it. */
function hitsOf({ incident, choice }: Claimed): { incident: string; window: string }[] {
  const { rule, decision } = choice.trace ?? { rule: null, decision: null };
  const hidden = decision?.kind === 'ignore' && /^(suppression|maintenance)\//.test(rule?.id ?? '');
  return rule === null || !hidden ? [] : [{ incident: incident.id, window: rule.id }];
}

/** Takes as many as fit; what is left stays due and goes with the next batch. */
function withinBytes(all: readonly Claimed[]): readonly Claimed[] {
  let bytes = 0;
  let runs = 0;
  const plans = new Set<string>();
  const end = all.findIndex(({ choice }, index) => {
    for (const run of choice.runs) {
      bytes +=
        JSON.stringify(run.state).length +
        (plans.has(run.digest) ? 0 : JSON.stringify(run.plan).length);
      plans.add(run.digest);
    }
    runs += choice.runs.length;
    return index > 0 && (bytes > claimLimits.bytes || runs > claimLimits.runs);
  });
  return end === -1 ? all : all.slice(0, end);
}

interface DueRow extends FactRow {
  readonly state: string;
  readonly triaged_severity: number;
  readonly received_at: Date;
  readonly follow_ups: number;
  readonly has_ticket: boolean;
  readonly next_ordinal: number;
  readonly trace: TriageTrace | null;
  readonly requests: readonly Request[];
  readonly join_rule: string;
  readonly hold: Hold | null;
  readonly clear_times: readonly Date[];
}

/** Which of what is due a claim takes, in which order, and how many. */
const selections: Readonly<Record<ClaimOrder, string>> = {
  severity: `${isCalm} order by severity_id desc, due_at limit ${claimLimits.runs}`,
  age: `${isCalm} order by due_at limit ${claimLimits.runs}`,
  critical: `${isCalm} and severity_id >= ${criticalSeverity} order by severity_id desc, due_at limit ${claimLimits.runs}`,
  held: `${isHeld} order by severity_id desc, due_at limit ${claimLimits.heldRuns}`,
};

async function dueRows(tx: Sql, tenant: string, order: ClaimOrder): Promise<DueRow[]> {
  return tx.query<DueRow>(
    `select i.*, ${factsSql('i')} as facts,
            (select true from ticket_links l where l.incident_id = i.id limit 1) is not null as has_ticket,
            (select coalesce(max(r.ordinal) + 1, 0) from runs r where r.incident_id = i.id) as next_ordinal
       from incidents i
      where i.tenant = $1 and i.due_at <= clock_timestamp() and i.batch_id is null and ${selections[order]}
        for no key update skip locked`,
    [tenant],
  );
}

function toDue(row: DueRow): Holdable {
  return {
    id: row.id,
    tenant: row.tenant,
    number: row.number,
    state: row.state,
    severityId: row.severity_id,
    triagedSeverity: row.triaged_severity,
    receivedAtMs: row.received_at.getTime(),
    followUps: row.follow_ups,
    hasTicket: row.has_ticket,
    trace: row.trace,
    requests: row.requests,
    nextOrdinal: row.next_ordinal,
    facts: factsOf(row),
    joinRule: row.join_rule,
    hold: row.hold,
    clearTimesMs: row.clear_times.map((time) => time.getTime()),
  };
}
