import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { literal, whole } from '../sources.ts';
import { byTable, byWord } from '../severity-rules.ts';

/** Hayabusa timelines: Sigma rules over Windows event logs. */
export const hayabusa = declare({
  name: 'hayabusa',
  recognises: has('ruletitle', 'recordid'),
  kind: 'detection',
  product: literal('Hayabusa'),
  title: 'RuleTitle',
  description: ['Details', 'Details.CmdLine', 'ExtraFieldInfo'],
  uid: whole('/', 'Computer', ['Channel', literal('log')], 'RecordID'),
  time: 'Timestamp',
  severity: [byTable('Level', { emergency: 5, crit: 5, med: 3 }), byWord('Level')],
  analytic: { uid: ['RuleID', 'RuleFile', 'RuleTitle'], name: 'RuleTitle' },
  resources: [{ type: 'host', name: 'Computer' }],
  actors: [
    { type: 'user', name: ['Details.User', 'Details.TgtUser', 'Details.SrcUser'] },
    { type: 'process', name: ['Details.Proc', 'Details.Path'] },
  ],
  observables: [
    ['ip', 'actor', ['Details.SrcIP']],
    ['ip', 'target', ['Details.TgtIP']],
    ['process', 'artifact', ['Details.CmdLine', 'Details.Cmdline']],
  ],
  sweep: ['Details', 'ExtraFieldInfo'],
  attacks: ['MitreTags', 'MitreTactics'],
});
