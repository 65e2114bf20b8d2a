import { idOf } from './digest.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Plan } from './plan.ts';
import type { Policy, TriageDecision, TriageTrace } from './policy.ts';
import type { QuietWindow } from './quiet.ts';
import { decideTriage } from './rule.ts';
import { createRun } from './run.ts';
import type { RunState } from './run.types.ts';

/** What the dispatcher read of an incident that is due. Times in milliseconds since the epoch. */
export interface DueIncident {
  readonly id: string;
  readonly tenant: string;
  readonly number: number;
  readonly state: string;
  readonly severityId: number;
  readonly triagedSeverity: number;
  readonly receivedAtMs: number;
  readonly followUps: number;
  readonly hasTicket: boolean;
  readonly trace: TriageTrace | null;
  readonly requests: readonly Request[];
  readonly nextOrdinal: number;
  readonly facts: JsonObject;
}

export interface Request {
  readonly playbook: string;
  readonly requester: string;
  readonly rehearsal: boolean;
  readonly at: string;
  readonly undoOf?: string;
}

export interface CompiledPlan {
  readonly plan: Plan;
  readonly digest: string;
}

export interface CatalogView {
  readonly plans: ReadonlyMap<string, CompiledPlan>;
  readonly policy: Policy;
  readonly policyDigest: string;
  /** Quiet windows that people made. */
  readonly windows?: readonly QuietWindow[];
  /** Plans that undo signed orders, by order digest. */
  readonly undoPlans: ReadonlyMap<string, CompiledPlan>;
}

export interface PlannedRun {
  readonly purpose: 'triage' | 'request' | 'follow-up' | 'undo';
  readonly ordinal: number;
  readonly plan: Plan;
  readonly digest: string;
  readonly state: RunState;
  readonly request: Request | null;
}

export interface TriageChoice {
  readonly trace: TriageTrace | null;
  readonly runs: readonly PlannedRun[];
  /** Requests that name nothing we have; they are answered by an entry. */
  readonly refused: readonly Request[];
  readonly followUp: boolean;
}

/** Playbooks that the engine itself asks for by name; the catalog refuses to load without them. */
export const builtIn = {
  full: 'plain-alert',
  light: 'light-ticket',
  escalate: 'escalate',
  followUp: 'follow-up',
} as const;

/** The service that starts what no person asked for. */
export const triageRequester = 'service:triage';

/**
 * Decides what is to run for an incident that is due: what people asked for; the first triage, or another where the
 * severity rose and the rules now answer otherwise; else a follow-up to its ticket.
 */
export function chooseRuns(
  incident: DueIncident,
  catalog: CatalogView,
  nowMs: number,
): TriageChoice {
  const asked = incident.requests.map((request) => ({
    request,
    ...requestedPlan(catalog, request),
  }));
  const planned: Omit<PlannedRun, 'ordinal' | 'state'>[] = [];
  for (const { request, compiled } of asked) {
    if (compiled !== null)
      planned.push({
        purpose: request.undoOf === undefined ? 'request' : 'undo',
        ...compiled,
        request,
      });
  }
  const trace = mustDecide(incident) ? decideTriage(catalog, incident.facts, nowMs) : null;
  // What was closed and came back is new again: its playbook runs again, and finds the ticket that it made.
  const again = incident.state !== 'new' && trace !== null && sameDecision(trace, incident.trace);
  const name = trace === null || again ? null : playbookFor(trace.decision);
  const chosen = name === null ? undefined : catalog.plans.get(name);
  if (chosen !== undefined) planned.push({ purpose: 'triage', ...chosen, request: null });
  const follow = catalog.plans.get(builtIn.followUp);
  const followUp = planned.length === 0 && incident.hasTicket && follow !== undefined;
  if (followUp) planned.push({ purpose: 'follow-up', ...follow, request: null });
  return {
    trace,
    runs: planned.map((run, index) =>
      plannedRun(incident, catalog, {
        ...run,
        ordinal: incident.nextOrdinal + index,
        trace: trace ?? incident.trace,
      }),
    ),
    refused: asked.filter(({ compiled }) => compiled === null).map(({ request }) => request),
    followUp,
  };
}

/** What was ignored is decided anew with each finding, and when maintenance ends, unless all is well by then. */
function mustDecide(incident: DueIncident): boolean {
  if (incident.state === 'closed') return false;
  if (incident.triagedSeverity < incident.severityId) return true;
  return incident.state === 'ignored' && !isClear(incident.facts);
}

function isClear({ incident }: JsonObject): boolean {
  return isObject(incident) && incident['allClear'] === true;
}

function requestedPlan(catalog: CatalogView, request: Request): { compiled: CompiledPlan | null } {
  const compiled =
    request.undoOf === undefined
      ? catalog.plans.get(request.playbook)
      : catalog.undoPlans.get(request.undoOf);
  return { compiled: compiled ?? null };
}

function sameDecision(now: TriageTrace, before: TriageTrace | null): boolean {
  return before !== null && playbookFor(now.decision) === playbookFor(before.decision);
}

/** What a decision runs; null where it runs nothing. */
export function playbookFor(decision: TriageDecision): string | null {
  switch (decision.kind) {
    case 'run':
      return decision.playbook;
    case 'ticket':
      return decision.form === 'full' ? builtIn.full : builtIn.light;
    case 'escalate':
      return builtIn.escalate;
    case 'draft':
    case 'ignore':
      return null;
  }
}

type Chosen = Omit<PlannedRun, 'state'> & { readonly trace: TriageTrace | null };

function plannedRun(incident: DueIncident, catalog: CatalogView, chosen: Chosen): PlannedRun {
  const { trace, ...run } = chosen;
  const key = idOf('run', 'sallyport/run/v1', [incident.id, run.digest, run.ordinal]);
  const state = createRun(run.plan, {
    key,
    tenant: incident.tenant,
    incidentId: incident.id,
    incidentNumber: incident.number,
    planDigest: run.digest,
    policyDigest: catalog.policyDigest,
    requester: run.request?.requester ?? triageRequester,
    rehearsal: run.request?.rehearsal ?? false,
    facts: runFacts(incident.facts, trace),
    receivedAtMs: incident.receivedAtMs,
  });
  return { ...run, state };
}

/** What a run reads: the incident's facts and what triage decided about it. */
export function runFacts(facts: JsonObject, trace: TriageTrace | null): JsonObject {
  return { ...facts, incident: incidentFacts(facts, trace), triage: triageFacts(trace) };
}

function incidentFacts(facts: JsonObject, trace: TriageTrace | null): JsonObject {
  const incident = facts['incident'];
  const known = isObject(incident) ? incident : {};
  return trace === null
    ? known
    : { ...known, priority: trace.priority.level, owner: trace.owner.team };
}

function triageFacts(trace: TriageTrace | null): JsonObject {
  if (trace === null) return {};
  const { rule, decision, priority, owner } = trace;
  return {
    rule: rule === null ? null : { ...rule },
    decision: { ...decision },
    priority: { ...priority },
    owner: { ...owner },
  };
}
