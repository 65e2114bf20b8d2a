import { declare } from '../declare.ts';
import { all, any, has, isRecord } from '../recognise.ts';
import { literal } from '../sources.ts';
import { byTable, byWord } from '../severity-rules.ts';

const inside = (name: string): readonly string[] => [
  `object.case.${name}`,
  `object.alert.${name}`,
  `object.${name}`,
  name,
];

/** TheHive: what its webhooks say of a case, an alert or an observable, and alerts of its API. 1 is low, 4 critical. */
export const thehive = declare({
  name: 'thehive',
  recognises: any(
    all(has('objecttype'), isRecord('object'), any(has('action'), has('operation'))),
    all(has('sourceref', 'type', 'source'), any(has('title'), has('severity'))),
    has('caseid', 'tlp', 'pap'),
  ),
  kind: (view) => (view.value['sourceref'] === undefined ? 'incident' : 'detection'),
  product: literal('TheHive'),
  title: [...inside('title'), 'object.message', 'message'],
  description: [...inside('description'), 'object.message'],
  uid: [
    'object.case._id',
    'object.case.id',
    'rootId',
    'object._id',
    'objectId',
    '_id',
    'id',
    'sourceRef',
  ],
  time: [...inside('_createdAt'), ...inside('createdAt'), 'object.date', 'date', 'startDate'],
  severity: [
    byTable('object.case.severity', { '1': 2, '2': 3, '3': 4, '4': 5 }),
    byTable('object.severity', { '1': 2, '2': 3, '3': 4, '4': 5 }),
    byTable('severity', { '1': 2, '2': 3, '3': 4, '4': 5 }),
    byWord(...inside('severityLabel')),
  ],
  status: {
    from: [...inside('stage'), ...inside('status')],
    closed: [
      'closed',
      'resolved',
      'duplicated',
      'ignored',
      'deleted',
      'truepositive',
      'falsepositive',
    ],
    otherwise: 'open',
  },
  analytic: { uid: ['object.source', 'source'], name: ['object.source', 'source'] },
  resources: [
    { type: 'other', name: [...inside('customFields.host'), ...inside('customFields.hostname')] },
  ],
  actors: [
    { type: 'user', name: ['_createdBy', 'object._createdBy', 'startedBy', 'object.createdBy'] },
    { type: 'user', name: inside('assignee') },
  ],
  observables: [
    [
      'ip',
      'artifact',
      ['object.data', 'object.observables.data', 'observables.data', 'artifacts.data'],
    ],
    [
      'hash',
      'artifact',
      ['object.data', 'object.observables.data', 'observables.data', 'artifacts.data'],
    ],
    [
      'url',
      'artifact',
      ['object.data', 'object.observables.data', 'observables.data', 'artifacts.data'],
    ],
    [
      'domain',
      'artifact',
      ['object.data', 'object.observables.data', 'observables.data', 'artifacts.data'],
    ],
  ],
});
