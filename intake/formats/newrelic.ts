import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

/** New Relic: workflow notifications and the older incident webhooks. */
export const newrelic = declare({
  name: 'newrelic',
  recognises: any(
    has('issueurl', 'state'),
    has('incidenturl', 'currentstate', 'policyname'),
    has('conditionfamilyid'),
  ),
  kind: 'operational',
  product: literal('New Relic'),
  title: ['title', joined(': ', 'condition_name', 'details'), 'annotations.title'],
  description: ['details', 'annotations.description', 'description'],
  uid: ['id', 'incident_url', 'incident_id', 'issueId'],
  time: ['createdAt', 'timestamp', 'updatedAt', 'activatedAt'],
  severity: [byWord('priority', 'severity')],
  status: {
    from: ['state', 'current_state'],
    closed: ['closed', 'resolved', 'deactivated'],
    otherwise: 'open',
  },
  analytic: {
    uid: ['condition_id', 'alertConditionNames', 'condition_name'],
    name: ['alertConditionNames', 'condition_name'],
  },
  resources: [
    { type: 'service', name: ['impactedEntities', 'targets.name', 'entitiesData.names'] },
    {
      type: 'account',
      name: ['account_name', 'accumulations.tag.account', 'nrAccountId'],
      uid: 'account_id',
    },
  ],
  remediation: { text: literal(''), url: 'runbook_url' },
  link: ['issueUrl', 'incident_url', 'issuePageUrl'],
});
