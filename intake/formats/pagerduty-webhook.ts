import type { Declaration } from '../declaration.ts';
import { declare } from '../declare.ts';
import { all, firstIn, has } from '../recognise.ts';
import { literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

const shared = {
  kind: 'incident',
  product: literal('PagerDuty'),
} as const satisfies Partial<Declaration>;

/** PagerDuty webhooks v3. Urgency is high or low; a priority is there only if the account uses them. */
export const pagerdutyWebhook = declare({
  ...shared,
  name: 'pagerduty-webhook',
  recognises: has('event.eventtype', 'event.data'),
  merge: ['event'],
  title: [
    'data.title',
    'data.incident.title',
    'data.incident.summary',
    'data.summary',
    'event_type',
  ],
  description: ['data.body.details', 'data.content', 'data.message'],
  uid: ['data.incident.id', 'data.id', 'id'],
  time: ['occurred_at', 'data.created_at'],
  severity: [byWord('data.priority.summary', 'data.priority.name'), byWord('data.urgency')],
  status: {
    from: ['data.status', 'event_type'],
    closed: ['resolved', 'incident.resolved'],
    otherwise: 'open',
  },
  analytic: { uid: 'data.service.id', name: 'data.service.summary' },
  resources: [
    {
      type: 'service',
      name: ['data.service.summary', 'data.incident.service.summary'],
      uid: ['data.service.id', 'data.incident.service.id'],
    },
  ],
  actors: [{ type: 'user', name: ['agent.summary'], uid: 'agent.id' }],
  link: ['data.html_url', 'data.incident.html_url'],
});

/** The older webhooks (v1 and v2): a list of messages, each with an incident. */
export const pagerdutyMessages = declare({
  ...shared,
  name: 'pagerduty-webhook',
  recognises: all(
    has('messages'),
    firstIn('messages', (message) => has('incident')(message) || has('data.incident')(message)),
  ),
  items: 'messages',
  title: [
    'incident.title',
    'incident.summary',
    'data.incident.trigger_summary_data.subject',
    'data.incident.trigger_summary_data.description',
  ],
  description: ['incident.description', 'log_entries.channel.details.description'],
  uid: ['incident.id', 'data.incident.id'],
  time: ['created_on', 'incident.created_at', 'data.incident.created_on'],
  severity: [
    byWord('incident.priority.summary'),
    byWord('incident.urgency', 'data.incident.urgency'),
  ],
  status: {
    from: ['incident.status', 'data.incident.status'],
    closed: ['resolved'],
    otherwise: 'open',
  },
  analytic: {
    uid: ['incident.service.id', 'data.incident.service.id'],
    name: ['incident.service.summary', 'incident.service.name', 'data.incident.service.name'],
  },
  resources: [
    {
      type: 'service',
      name: ['incident.service.summary', 'incident.service.name', 'data.incident.service.name'],
      uid: ['incident.service.id', 'data.incident.service.id'],
    },
  ],
  actors: [
    {
      type: 'user',
      name: ['incident.last_status_change_by.summary', 'data.incident.last_status_change_by.name'],
    },
  ],
  link: ['incident.html_url', 'data.incident.html_url'],
});
