import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { literal, whole } from '../sources.ts';
import { byTable } from '../severity-rules.ts';

/** Severity runs backwards: 1 is the worst; 0 is outside the scale. */
export const ruleOfPriority = byTable('priority', { '0': 0, '1': 4, '2': 3, '3': 2, '4': 1 });

/** Snort 3's alert_json. Its `timestamp` has no year; `seconds` is an epoch. */
export const snort3Json = declare({
  name: 'snort3-json',
  recognises: any(has('gid', 'sid', 'rule'), has('sid', 'gid', 'pktnum')),
  kind: 'detection',
  product: literal('Snort'),
  title: ['msg', 'rule'],
  description: 'class',
  uid: ['rule', whole(':', 'gid', 'sid', 'rev')],
  time: ['seconds', 'timestamp'],
  severity: [ruleOfPriority],
  analytic: { uid: whole(':', 'gid', 'sid'), name: ['msg', 'rule'] },
  resources: [{ type: 'host', name: 'dst_addr' }],
  actors: [{ type: 'unknown', name: 'src_addr' }],
  observables: [
    ['ip', 'actor', 'src_addr'],
    ['ip', 'target', 'dst_addr'],
  ],
});
