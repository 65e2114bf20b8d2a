import { newEntry } from '../audit/entry.ts';
import type { Entry } from '../domain/entry.ts';
import type { TriageTrace } from '../domain/policy.ts';
import type { PlannedRun, Request } from '../domain/triage.ts';
import type { Clock } from '../platform/clock.ts';
import type { Claimed } from './claim.ts';

/** What the claim of one incident says to the ledger: the decision with its rule, the runs, requests that name nothing. */
export function entriesOf({ incident, choice }: Claimed, batchId: string, clock: Clock): Entry[] {
  const facts = [
    ...(choice.trace === null ? [] : [decided(choice.trace)]),
    ...choice.runs.map((run) => started(run, batchId)),
    ...choice.refused.map(refused),
  ];
  const about = { tenant: incident.tenant, incident: incident.id };
  return facts.map((fact) =>
    newEntry({ ...about, actor: { kind: 'service', id: 'triage' }, ...fact }, clock),
  );
}

type Fact = Pick<Entry, 'type' | 'run' | 'subject' | 'outcome' | 'data'>;

function decided({ rule, decision, priority, owner, policyDigest }: TriageTrace): Fact {
  const data = {
    policyDigest,
    rule: rule === null ? null : { ...rule },
    decision: { ...decision },
    priority: { ...priority },
    owner: { ...owner },
  };
  return { type: 'triage.decided', run: null, subject: rule?.id ?? null, outcome: 'done', data };
}

function started({ state, purpose, digest, plan }: PlannedRun, batchId: string): Fact {
  const data = {
    playbook: plan.name,
    version: plan.version,
    planDigest: digest,
    policyDigest: state.policyDigest,
    purpose,
    requester: state.requester,
    rehearsal: state.rehearsal,
    batchId,
  };
  const subject = `${plan.name}@${plan.version}`;
  return { type: 'run.started', run: state.key, subject, outcome: 'opened', data };
}

function refused({ playbook, requester }: Request): Fact {
  const data = { playbook, requester, why: 'no such playbook or order' };
  return { type: 'run.ended', run: null, subject: playbook, outcome: 'refused', data };
}
