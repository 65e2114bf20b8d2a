import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { joined, literal } from '../sources.ts';

/** Open Policy Agent decision logs: which of them is a problem is for a rule to say, by path and result. */
export const opaDecisionLog = declare({
  name: 'opa-decision-log',
  recognises: has('decisionid', 'timestamp'),
  kind: 'audit',
  product: literal('Open Policy Agent (OPA)'),
  title: joined(' ', literal('OPA decision'), 'path', 'query'),
  description: joined(' ', 'input.method', 'input.path', 'error.message'),
  uid: 'decision_id',
  time: 'timestamp',
  analytic: { uid: ['path', 'query'], name: 'path' },
  resources: [
    {
      type: 'other',
      name: [
        'input.path',
        'input.resource',
        'input.object.metadata.name',
        'input.review.object.metadata.name',
        'input.request.object.metadata.name',
      ],
    },
    { type: 'service', name: ['labels.app', 'labels.service'], uid: 'labels.id' },
  ],
  actors: [
    {
      type: 'user',
      name: [
        'input.user',
        'input.subject',
        'input.request.userInfo.username',
        'input.review.userInfo.username',
        'input.subject.user',
      ],
    },
  ],
  observables: [['ip', 'actor', ['input.source_address', 'input.remote_addr']]],
});
