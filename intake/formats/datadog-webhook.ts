import RE2 from 're2';
import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { changed, literal, tagged, whole } from '../sources.ts';
import { byTable, byWord } from '../severity-rules.ts';

const scopes = ['scopes', 'alert_scope', 'tags'];

/** `[P2] [Triggered on {service:api}] …` says at its head what other fields say better. */
const marks = new RE2(/^(?:\[[^\]]{0,200}\]\s*)+/);

/** Datadog monitor notifications with the usual custom payload. Without a priority `severity` is an empty string. */
export const datadogWebhook = declare({
  name: 'datadog-webhook',
  recognises: any(
    has('alerttransition'),
    has('alerttype', 'eventtype', 'title'),
    has('alertcyclekey'),
  ),
  kind: 'operational',
  product: literal('Datadog'),
  title: [
    changed(['title', 'event_title', 'alert_title'], (text) => marks.replace(text, '')),
    'title',
  ],
  description: ['text_only_msg', 'body', 'event_msg', 'alert_query'],
  uid: [
    'alert_cycle_key',
    whole('/', ['monitor_id', 'alert_id'], ['scopes', 'alert_scope']),
    'monitor_id',
    'alert_id',
    'id',
  ],
  time: ['date', 'last_updated', 'timestamp'],
  severity: [
    byWord('severity', 'alert_priority', 'priority'),
    byTable('alert_type', { error: 4, warning: 3 }),
  ],
  status: {
    from: ['alert_transition', 'alert_status'],
    closed: ['recovered', 'ok', 'resolved'],
    otherwise: 'open',
  },
  analytic: {
    uid: ['monitor_id', 'alert_id', 'alert_query'],
    name: ['alert_title', 'monitor_name', 'alert_query'],
  },
  resources: [
    { type: 'host', name: [tagged(scopes, ['host', 'hostname', 'instance']), 'hostname'] },
    {
      type: 'service',
      name: tagged(scopes, ['service', 'application', 'app', 'cluster', 'db', 'device']),
    },
    {
      type: 'pod',
      name: tagged(scopes, ['podname', 'pod']),
      namespace: tagged(scopes, ['kubenamespace', 'namespace']),
    },
    {
      type: 'account',
      name: tagged(scopes, ['account', 'awsaccount', 'projectid', 'subscriptionid']),
    },
    { type: 'other', name: ['scopes', 'alert_scope'] },
  ],
  actors: [{ type: 'user', name: ['user', 'username', tagged('tags', ['user', 'usr'])] }],
  prose: 'title',
  link: ['link', 'url', 'alert_url', 'event_url'],
});
