import RE2 from 're2';
import { declare } from '../declare.ts';
import { all, any, has, says } from '../recognise.ts';
import { joined, literal, matched } from '../sources.ts';
import { byTable } from '../severity-rules.ts';
import { firstOf, type Source, type View } from '../view.ts';

const object = (name: string): readonly string[] => [`involvedObject.${name}`, `regarding.${name}`];

/** By reason, not by type: Kubernetes writes `BackOff` for an image pull with `type: Normal`. */
const reasons = {
  oomkilling: 4,
  oomkilled: 4,
  systemoom: 4,
  nodenotready: 4,
  evicted: 4,
  backoff: 3,
  crashloopbackoff: 3,
  failed: 3,
  failedmount: 3,
  failedattachvolume: 3,
  failedscheduling: 3,
  failedcreate: 3,
  failedcreatepodsandbox: 3,
  unhealthy: 3,
  backofflimitexceeded: 3,
  deadlineexceeded: 3,
  imagepullbackoff: 3,
  errimagepull: 3,
} as const;

const namespace = [...object('namespace'), 'metadata.namespace'];
const isPod = (view: View): boolean => firstOf(view, object('kind')).toLowerCase() === 'pod';
const ofPod =
  (name: string): Source =>
  (view) =>
    isPod(view) ? [firstOf(view, object(name))] : [];
const ofOther =
  (name: string): Source =>
  (view) =>
    isPod(view) ? [] : [firstOf(view, object(name))];
const image = new RE2(/image "([^"]+)"/);
const container = new RE2(/containers\{([^}]+)\}/);

/** Kubernetes events (core v1 and events.k8s.io), alone, in a list or from a watch. */
export const kubernetesEvent = declare({
  name: 'kubernetes-event',
  recognises: any(
    all(says('kind', 'event'), any(has('involvedobject'), has('regarding'))),
    has('involvedobject.kind', 'reason'),
  ),
  kind: 'operational',
  product: joined(' ', literal('Kubernetes'), [
    'source.component',
    'reportingComponent',
    'reportingController',
  ]),
  title: joined(': ', 'reason', ['message', 'note'], object('name')),
  description: ['message', 'note'],
  uid: ['metadata.uid', 'metadata.name'],
  time: [
    'lastTimestamp',
    'series.lastObservedTime',
    'deprecatedLastTimestamp',
    'eventTime',
    'firstTimestamp',
    'metadata.creationTimestamp',
  ],
  severity: [byTable('reason', reasons), byTable('type', { warning: 3, normal: 1 })],
  status: {
    from: 'reason',
    closed: ['nodeready'],
    open: Object.keys(reasons),
    otherwise: 'unknown',
  },
  analytic: { uid: joined('/', 'reason', object('fieldPath')), name: 'reason' },
  resources: [
    { type: 'pod', name: ofPod('name'), uid: ofPod('uid'), namespace },
    { type: 'workload', name: ofOther('name'), uid: ofOther('uid'), namespace },
    { type: 'container', name: matched(container, object('fieldPath')), namespace },
    { type: 'other', name: matched(image, ['message', 'note']) },
    { type: 'host', name: ['source.host'] },
  ],
});
