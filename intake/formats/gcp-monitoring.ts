import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

/** Google Cloud Monitoring incidents (webhook and Pub/Sub, versions 1.1 and 1.2). */
export const gcpMonitoring = declare({
  name: 'gcp-monitoring',
  recognises: has('incident.incidentid'),
  merge: ['incident'],
  kind: 'operational',
  product: literal('Google Cloud Monitoring'),
  title: joined(': ', 'policy_name', 'summary', 'condition_name'),
  description: ['summary', 'documentation.content'],
  uid: 'incident_id',
  time: ['started_at', 'ended_at'],
  severity: [byWord('severity', 'policy_user_labels.severity')],
  status: { from: 'state', closed: ['closed', 'resolved'], open: ['open'], otherwise: 'unknown' },
  analytic: { uid: ['condition.name', 'policy_name'], name: ['policy_name', 'condition_name'] },
  resources: [
    {
      type: 'cloud',
      name: ['resource_display_name', 'resource_name', 'resource.labels.instance_id'],
      uid: ['resource_id', 'resource.labels.instance_id'],
      account: ['scoping_project_id', 'resource.labels.project_id'],
      region: ['resource.labels.zone', 'resource.labels.location'],
    },
    { type: 'host', name: ['resource.labels.host', 'resource.labels.instance_name'] },
    {
      type: 'service',
      name: [
        'resource.labels.service_name',
        'resource.labels.cluster_name',
        'resource.labels.bucket_name',
        'resource.labels.database_id',
        'resource.labels.function_name',
        'resource.labels.job',
        'resource.labels.pod_name',
        'resource.type',
      ],
    },
    { type: 'account', name: ['scoping_project_id', 'resource.labels.project_id'] },
  ],
  remediation: { text: 'documentation.content', url: literal('') },
  link: 'url',
});
