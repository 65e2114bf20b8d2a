import type { CatalogView } from '../../domain/triage.ts';
import type { Plan } from '../../domain/plan.ts';
import { digestOf } from '../../domain/digest.ts';
import { asJson } from '../../domain/json.ts';
import type { SeverityId } from '../../domain/finding.ts';
import { draft } from '../../intake/draft.ts';
import { toFinding } from '../../intake/finish.ts';
import type { Database } from '../../store/database.ts';
import { aCall, aPlan, aTicket, end } from './plans.ts';

export const tenant = 'main';

const followUp: Plan = {
  ...aPlan({
    say: {
      kind: 'ticket',
      verb: 'comment',
      call: aCall('board.ticket.comment', 'ticket'),
      purpose: '',
      form: 'light',
      next: 'done',
    },
    done: end(),
  }),
  name: 'follow-up',
};
const compiled = (plan: Plan): { plan: Plan; digest: string } => ({
  plan,
  digest: digestOf('sallyport/plan/v1', asJson(plan)),
});

/** One rule: grave findings run `sample`, the rest is ignored. */
export const sampleCatalog: Omit<CatalogView, 'undoPlans'> = {
  plans: new Map([
    ['sample', compiled(aPlan({ ticket: aTicket('done'), done: end() }))],
    ['follow-up', compiled(followUp)],
  ]),
  policyDigest: 'p'.repeat(64),
  policy: {
    schema: 1,
    triage: [
      {
        id: 'grave',
        version: 1,
        when: 'finding.severityId >= 4',
        do: { kind: 'run', playbook: 'sample' },
      },
      { id: 'rest', version: 1, when: 'true', do: { kind: 'ignore', reason: 'mild' } },
    ],
    priority: { criticality: [], exposure: [], values: {} },
    routing: { owners: [], fallback: 'secops' },
    approvals: [],
    budgets: [],
    protectedTargets: [],
    grants: [],
    suppressions: [],
    correlation: [],
    cases: { withinMs: 0, membersMax: 2, keys: [] },
    quiet: { deploys: null, staleMs: null },
  },
};

/** The same, where all that comes runs `sample`. */
export const runAllCatalog: typeof sampleCatalog = {
  ...sampleCatalog,
  policy: {
    ...sampleCatalog.policy,
    triage: [{ id: 'all', version: 1, when: 'true', do: { kind: 'run', playbook: 'sample' } }],
  },
};

export interface DueSketch {
  readonly severity?: number;
  readonly dueInMs?: number;
  readonly requests?: readonly Record<string, unknown>[];
}

/** An incident as intake leaves it. */
export async function insertDue(db: Database, id: string, sketch: DueSketch = {}): Promise<void> {
  const severity = sketch.severity ?? 4;
  const severityId = severity as SeverityId; // what a test wants to see
  await db.query(
    `insert into incidents (id, tenant, correlation_key, state, title, format, kind, source, severity_id, first_seen, last_seen, lead_finding,
                            facts, received_at, changed_by, change_reason, due_at, requests)
     values ($1, $2, $1, 'new', 'malware', 'falco', 'detection', 'falco', $3, now(), now(), 'fnd_1', $4, now(), 'intake', 'opened',
             clock_timestamp() + $5 * interval '1 millisecond', $6)`,
    [
      id,
      tenant,
      severity,
      JSON.stringify({
        finding: toFinding(
          draft({ format: 'falco', kind: 'detection', title: 'malware', severityId }),
          { tenant, source: 'falco' },
        ),
      }),
      sketch.dueInMs ?? -1,
      JSON.stringify(sketch.requests ?? []),
    ],
  );
}

/** A repeated alert, as intake counts it. */
export async function repeatAlert(db: Database, id: string, severity = 4): Promise<void> {
  await db.query(
    `update incidents set count = count + 1, revision = revision + 1, severity_id = greatest(severity_id, $2), last_seen = now(),
            due_at = least(coalesce(due_at, 'infinity'), now()) where id = $1`,
    [id, severity],
  );
}
