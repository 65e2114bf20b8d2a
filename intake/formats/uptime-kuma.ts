import { declare } from '../declare.ts';
import { all, has } from '../recognise.ts';
import { joined, literal, whole } from '../sources.ts';

/** Uptime Kuma: heartbeat status 0 is down, 1 up, 2 pending, 3 maintenance. */
export const uptimeKuma = declare({
  name: 'uptime-kuma',
  recognises: all(has('monitor', 'heartbeat')),
  kind: 'operational',
  product: literal('Uptime Kuma'),
  title: joined(': ', 'monitor.name', ['heartbeat.msg', 'msg']),
  description: ['msg', 'heartbeat.msg'],
  uid: ['monitor.id', 'heartbeat.monitorID'],
  time: [
    'heartbeat.time',
    whole('', 'heartbeat.localDateTime', 'heartbeat.timezoneOffset'),
    'heartbeat.localDateTime',
  ],
  status: { from: 'heartbeat.status', closed: ['1', '3'], open: ['0', '2'], otherwise: 'unknown' },
  analytic: { uid: 'monitor.id', name: 'monitor.name' },
  resources: [
    { type: 'service', name: 'monitor.name' },
    { type: 'host', name: ['monitor.hostname', 'monitor.url'] },
  ],
  link: 'monitor.url',
  prose: literal(''),
});
