import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { literal, tagged } from '../sources.ts';
import { byTable, byWord } from '../severity-rules.ts';

/** Opsgenie webhooks: one open alert for each alias. */
export const opsgenie = declare({
  name: 'opsgenie',
  recognises: any(has('action', 'alert.alertid'), has('action', 'alert.tinyid')),
  kind: 'operational',
  product: literal('Opsgenie'),
  title: 'alert.message',
  description: ['alert.description', 'alert.note'],
  uid: ['alert.alias', 'alert.alertId'],
  time: ['alert.createdAt', 'alert.insertedAt', 'alert.updatedAt'],
  severity: [
    byWord('alert.priority'),
    byTable('alert.priority', { '1': 5, '2': 4, '3': 3, '4': 2, '5': 1 }),
  ],
  status: { from: 'action', closed: ['close', 'delete', 'resolve'], otherwise: 'open' },
  analytic: { name: 'alert.message' },
  resources: [
    { type: 'service', name: ['alert.entity', 'alert.details.service'] },
    {
      type: 'host',
      name: ['alert.details.host', 'alert.details.hostname', tagged('alert.tags', ['host'])],
    },
    { type: 'other', name: 'alert.source' },
  ],
  actors: [{ type: 'user', name: 'alert.username', uid: 'alert.userId' }],
  sweep: ['alert.details'],
});
