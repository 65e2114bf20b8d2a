import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { joined, literal, whole } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

const project = ['project.path_with_namespace', 'project_name', 'project.name', 'repository.name'];

/** GitLab webhooks: pipelines, jobs, issues, vulnerabilities, deployments. `build_failure_reason` is filled in always. */
export const gitlabWebhook = declare({
  name: 'gitlab-webhook',
  recognises: has('objectkind'),
  kind: (view) => (view.value['objectkind'] === 'vulnerability' ? 'vulnerability' : 'operational'),
  product: literal('GitLab'),
  title: [
    'object_attributes.title',
    joined(
      ' ',
      'object_kind',
      'build_name',
      project,
      'object_attributes.detailed_status',
      'build_status',
    ),
  ],
  description: ['object_attributes.description', 'commit.message', 'build_failure_reason'],
  uid: [
    'object_attributes.url',
    whole('/', literal('build'), 'build_id'),
    whole('/', 'object_kind', 'object_attributes.id'),
    'deployment_id',
  ],
  time: [
    'object_attributes.finished_at',
    'build_finished_at',
    'object_attributes.detected_at',
    'object_attributes.created_at',
    'build_started_at',
    'build_created_at',
    'status_changed_at',
    'commit.timestamp',
  ],
  severity: [byWord('object_attributes.severity')],
  status: {
    from: ['object_attributes.status', 'build_status', 'object_attributes.state', 'status'],
    closed: ['success', 'passed', 'closed', 'merged', 'resolved', 'dismissed', 'skipped'],
    otherwise: 'open',
  },
  analytic: {
    uid: [
      whole('/', 'object_kind', 'object_attributes.ref'),
      whole('/', 'build_name', 'ref'),
      whole('/', 'object_kind', 'object_attributes.iid'),
    ],
    name: ['build_name', 'object_kind'],
  },
  resources: [
    { type: 'repository', name: joined('', project), uid: ['project.id', 'project_id'] },
    { type: 'other', name: ['object_attributes.ref', 'ref'] },
  ],
  actors: [
    {
      type: 'user',
      name: ['user.username', 'user_username', 'user.name'],
      uid: ['user.email', 'user_email'],
    },
    { type: 'user', name: 'user.name' },
  ],
  prose: 'object_attributes.title',
  remediation: { text: 'object_attributes.solution', url: literal('') },
  link: ['object_attributes.url', 'project.web_url', 'repository.homepage'],
});
