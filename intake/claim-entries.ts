import { newEntry } from '../audit/entry.ts';
import type { Entry } from '../domain/entry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Claimed } from './claim.ts';

/** What the claim of one incident says to the ledger: the decision with its rule, the runs, requests that name nothing. */
export function entriesOf({ incident, choice }: Claimed, batchId: string, clock: Clock): Entry[] {
  const about = {
    tenant: incident.tenant,
    actor: { kind: 'service', id: 'triage' },
    incident: incident.id,
  } as const;
  const entries: Entry[] = [];
  if (choice.trace !== null) {
    const { rule, decision, priority, owner, policyDigest } = choice.trace;
    const data = {
      policyDigest,
      rule: rule === null ? null : { ...rule },
      decision: { ...decision },
      priority: { ...priority },
      owner: { ...owner },
    };
    entries.push(
      newEntry(
        {
          ...about,
          type: 'triage.decided',
          run: null,
          subject: rule?.id ?? null,
          outcome: 'done',
          data,
        },
        clock,
      ),
    );
  }
  for (const { state, purpose, digest, plan } of choice.runs) {
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
    entries.push(
      newEntry(
        {
          ...about,
          type: 'run.started',
          run: state.key,
          subject: `${plan.name}@${plan.version}`,
          outcome: 'opened',
          data,
        },
        clock,
      ),
    );
  }
  for (const request of choice.refused) {
    const data = {
      playbook: request.playbook,
      requester: request.requester,
      why: 'no such playbook or order',
    };
    entries.push(
      newEntry(
        {
          ...about,
          type: 'run.ended',
          run: null,
          subject: request.playbook,
          outcome: 'refused',
          data,
        },
        clock,
      ),
    );
  }
  return entries;
}
