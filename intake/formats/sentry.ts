import { declare } from '../declare.ts';
import { all, any, has } from '../recognise.ts';
import { literal, paired } from '../sources.ts';
import { byTable } from '../severity-rules.ts';

const levels = { debug: 1, info: 1, warning: 3, error: 4, fatal: 5 } as const;

/** Sentry: integration webhooks (issue, event_alert, metric_alert) and the legacy plugin's body. */
export const sentry = declare({
  name: 'sentry',
  recognises: any(
    has('projectslug', 'event'),
    has('event.eventid', 'culprit'),
    all(
      has('action', 'data'),
      any(has('data.issue'), has('data.event'), has('data.metricalert'), has('data.error')),
    ),
    all(has('eventid', 'platform'), has('culprit')),
  ),
  merge: ['data.issue', 'data.error', 'data.event', 'data.metricAlert'],
  kind: 'operational',
  product: literal('Sentry'),
  title: [
    'title',
    'event.title',
    'message',
    'metadata.title',
    'data.description_title',
    'alert_rule.name',
    'culprit',
  ],
  description: ['culprit', 'message', 'data.description_text'],
  uid: ['data.issue.id', 'issue_id', 'id', 'event.event_id', 'event_id'],
  time: [
    'event.timestamp',
    'lastSeen',
    'datetime',
    'timestamp',
    'event.received',
    'received',
    'firstSeen',
    'dateStarted',
    'dateCreated',
  ],
  severity: [byTable('level', levels), byTable('event.level', levels)],
  status: {
    from: ['action', 'status'],
    closed: ['resolved', 'archived', 'ignored'],
    open: ['created', 'unresolved', 'triggered', 'critical', 'warning', 'regressed', 'assigned'],
    otherwise: 'unknown',
  },
  analytic: {
    uid: ['triggered_rule', 'data.triggered_rule', 'culprit'],
    name: ['triggered_rule', 'culprit'],
  },
  resources: [
    {
      type: 'service',
      name: ['project_slug', 'project.slug', 'project_name', 'project.name', 'projects', 'project'],
    },
    {
      type: 'host',
      name: [
        'event.server_name',
        'server_name',
        paired('tags', ['servername'], { name: 'key', value: 'value' }),
      ],
    },
    { type: 'other', name: ['event.request.url', 'request.url'] },
  ],
  actors: [
    {
      type: 'user',
      name: [
        'event.user.username',
        'event.user.email',
        'event.user.id',
        'user.username',
        'user.email',
        'event.sentry.interfaces.User.username',
      ],
      uid: ['event.user.id', 'user.id'],
    },
    { type: 'user', name: 'event.sentry.interfaces.User.email' },
  ],
  observables: [['ip', 'artifact', ['event.user.ip_address', 'user.ip_address']]],
  link: ['web_url', 'url', 'permalink', 'issue_url'],
});
