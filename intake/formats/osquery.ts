import RE2 from 're2';
import { declare } from '../declare.ts';
import { all, any, has } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { firstOf } from '../view.ts';

const telling = new RE2(/incident|compliance|policy|firewall|rootkit|attack/i);

/** osquery results: rows that a scheduled query added or removed, or a snapshot. A row that is gone closes. */
export const osquery = declare({
  name: 'osquery',
  recognises: any(
    has('hostidentifier', 'columns'),
    all(has('name', 'action'), any(has('columns'), has('snapshot'))),
  ),
  kind: (view) => (telling.test(firstOf(view, 'name')) ? 'policy_violation' : 'audit'),
  product: literal('osquery'),
  title: joined(': ', 'name', [
    'columns.name',
    'columns.path',
    'columns.service',
    'columns.cmdline',
  ]),
  description: ['columns.cmdline', 'columns.description', 'columns.path'],
  uid: 'uuid',
  time: ['unixTime', 'calendarTime', 'columns.time'],
  status: { from: 'action', closed: ['removed'], otherwise: 'open' },
  analytic: { name: 'name' },
  resources: [
    {
      type: 'host',
      name: ['hostname', 'hostIdentifier', 'decorations.hostname', 'host'],
      uid: 'decorations.host_uuid',
    },
    { type: 'other', name: ['columns.path', 'columns.name', 'columns.bundle_identifier'] },
  ],
  actors: [
    { type: 'user', name: ['columns.username', 'columns.user', 'decorations.username'] },
    { type: 'process', name: ['columns.process_name'] },
  ],
  observables: [['process', 'artifact', 'columns.cmdline']],
  sweep: ['columns', 'snapshot'],
});
