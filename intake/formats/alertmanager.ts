import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { asText, at, listAt, objectAt, textAt } from '../fields.ts';
import { ObservableList, resource, resourceList } from '../observables.ts';
import { severityByWord } from '../severity.ts';
import { parseTime } from '../times.ts';

/** Prometheus Alertmanager webhooks (versions 3 and 4, and Google's managed one), a draft per alert of the group. */
export const alertmanager: FormatReader = {
  name: 'alertmanager',
  recognises: (value) =>
    Array.isArray(value['alerts']) &&
    ('groupKey' in value || 'receiver' in value) &&
    !('orgId' in value),
  read: (value, envelope) =>
    listAt(value, 'alerts')
      .filter(isObject)
      .map((alert) => readAlert(alert, value, envelope)),
};

/** One alert of a group; Grafana's alerting writes the same shape. */
export function readAlert(alert: JsonObject, group: JsonObject, envelope: Envelope): Draft {
  const labels = objectAt(alert, 'labels') ?? {};
  const notes = objectAt(alert, 'annotations') ?? {};
  const name =
    textAt(labels, 'alertname') || textAt(group, 'groupLabels.alertname', 'commonLabels.alertname');
  const summary =
    textAt(notes, 'summary', 'title', 'message') || textAt(group, 'commonAnnotations.summary');
  const description = textAt(notes, 'description', 'message') || textAt(alert, 'description');
  const instance = textAt(labels, 'instance', 'node', 'host');
  return draft({
    format: 'alertmanager',
    kind: 'operational',
    uid: textAt(alert, 'fingerprint') || labelUid(labels),
    title: [name, summary].filter((text) => text !== '').join(': ') || 'Alertmanager alert',
    description,
    time: parseTime(at(alert, 'startsAt')) ?? envelope.time,
    ...severityByWord(
      { labels, annotations: notes, commonLabels: at(group, 'commonLabels') ?? {} },
      severityPaths,
    ),
    status: statusOf(textAt(alert, 'status') || textAt(group, 'status')),
    product: 'Prometheus Alertmanager',
    analytic: name === '' ? null : { uid: name, name },
    resources: resources(labels, instance),
    observables: new ObservableList()
      .add('ip', 'target', withoutPort(instance))
      .addFromText(description, summary)
      .list(),
    remediation: remediation(notes),
    link: textAt(alert, 'generatorURL') || textAt(group, 'externalURL'),
    unmapped: {
      labels,
      annotations: notes,
      receiver: textAt(group, 'receiver'),
      groupKey: textAt(group, 'groupKey'),
    },
  });
}

const severityPaths = [
  'labels.severity',
  'labels.priority',
  'labels.level',
  'annotations.severity',
  'commonLabels.severity',
];

/** Alertmanager's own fingerprint is a hash over the label set, which is what tells alerts apart where it is missing. */
function labelUid(labels: JsonObject): string {
  const pairs = Object.entries(labels).map(
    ([key, value]: [string, Json]) => `${key}=${asText(value)}`,
  );
  return pairs.length === 0 ? '' : `labels:${pairs.sort().join(',')}`;
}

function statusOf(text: string): Draft['status'] {
  if (text === 'resolved') return 'closed';
  return text === 'firing' ? 'open' : 'unknown';
}

function resources(labels: JsonObject, instance: string): Draft['resources'] {
  const namespace = textAt(labels, 'namespace', 'exported_namespace');
  const cluster = textAt(labels, 'cluster', 'cluster_name');
  const place = {
    ...(namespace === '' ? {} : { namespace }),
    ...(cluster === '' ? {} : { cluster }),
  };
  const pod = resource('pod', textAt(labels, 'pod', 'pod_name'));
  const workload = resource(
    'workload',
    textAt(labels, 'deployment', 'statefulset', 'daemonset', 'workload'),
  );
  const container = resource('container', textAt(labels, 'container'));
  return resourceList(
    resource('host', instance),
    ...[pod, workload, container].map((item) => (item === null ? null : { ...item, ...place })),
    resource('service', textAt(labels, 'service', 'job')),
    resource('other', namespace),
    resource('other', cluster),
  );
}

function remediation(notes: JsonObject): Draft['remediation'] {
  const url = textAt(notes, 'runbook_url', 'runbook');
  return url === '' ? null : { text: '', url };
}

function withoutPort(instance: string): string {
  const colon = instance.lastIndexOf(':');
  return colon > 0 && instance.indexOf(':') === colon ? instance.slice(0, colon) : instance;
}
