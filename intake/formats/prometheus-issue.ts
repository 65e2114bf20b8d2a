import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

/** Prometheus alerts as issue trackers export them: the alert itself stands in `raw`. */
export const prometheusIssue = declare({
  name: 'prometheus-issue',
  recognises: has('raw.labels.alertname'),
  merge: ['raw'],
  kind: 'operational',
  product: literal('Prometheus Alertmanager'),
  title: joined(': ', 'labels.alertname', ['annotations.summary', 'annotations.message']),
  description: ['annotations.description', 'annotations.message'],
  uid: ['fingerprint', 'unique_id', 'id'],
  time: 'startsAt',
  severity: [byWord('labels.severity', 'labels.priority')],
  status: { from: ['status'], closed: ['resolved', 'suppressed', 'inactive'], otherwise: 'open' },
  analytic: { name: 'labels.alertname' },
  resources: [
    { type: 'pod', name: ['labels.pod', 'labels.pod_name'], namespace: 'labels.namespace' },
    {
      type: 'workload',
      name: ['labels.deployment', 'labels.statefulset', 'labels.daemonset', 'labels.job_name'],
      namespace: 'labels.namespace',
    },
    { type: 'container', name: 'labels.container', namespace: 'labels.namespace' },
    { type: 'host', name: ['labels.node', 'labels.instance'] },
    { type: 'service', name: ['labels.service', 'labels.job'] },
  ],
  remediation: { text: literal(''), url: ['annotations.runbook_url', 'annotations.runbook'] },
  link: ['generatorURL', 'url'],
});
