import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

/** Pingdom checks. The addresses in it are Pingdom's own probes, no observables. */
export const pingdom = declare({
  name: 'pingdom',
  recognises: has('checkid', 'currentstate'),
  kind: 'operational',
  product: literal('Pingdom'),
  title: joined(': ', 'check_name', 'description'),
  description: ['long_description', 'description'],
  uid: 'check_id',
  time: ['state_changed_timestamp', 'state_changed_utc_time'],
  severity: [byWord('importance_level')],
  status: { from: 'current_state', closed: ['up', 'success'], otherwise: 'open' },
  analytic: { uid: 'check_id', name: 'check_name' },
  resources: [
    { type: 'host', name: 'check_params.hostname' },
    { type: 'service', name: ['check_name'] },
    { type: 'other', name: 'check_params.full_url' },
  ],
  prose: literal(''),
});
