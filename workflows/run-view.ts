import type { RunRef } from '../activities/contract.ts';
import type { RunReport, RunState } from '../domain/run.types.ts';

/** What an activity needs to know of the run behind a command. */
export function refOf(state: RunState): RunRef {
  return {
    key: state.key,
    tenant: state.tenant,
    incidentId: state.incidentId,
    playbook: state.plan.name,
    version: state.plan.version,
    planDigest: state.plan.digest,
    policyDigest: state.policyDigest,
    requester: state.requester,
  };
}

/** A run as its host reports it: the facts stay out, the row has had them since the claim. */
export function reportOf(state: RunState): RunReport {
  const { facts: _, ...report } = state;
  return report;
}
