import type { FindingKind } from '../../domain/finding.ts';
import { declare } from '../declare.ts';
import { all, any, has } from '../recognise.ts';
import { joined, literal, whole } from '../sources.ts';
import { byTable, byWord } from '../severity-rules.ts';
import { firstOf, valuesAt, type View } from '../view.ts';

const there = (view: View, ...paths: readonly string[]): boolean =>
  paths.some((path) => valuesAt(view, path).length > 0);

function kindOf(view: View): FindingKind {
  if (there(view, 'alert.secret_type')) return 'detection';
  if (there(view, 'security_advisory', 'repository_advisory', 'alert')) return 'vulnerability';
  if (
    there(
      view,
      'workflow_run',
      'check_run',
      'check_suite',
      'workflow_job',
      'deployment_status',
      'deployment',
    )
  )
    return 'operational';
  return 'audit';
}

const runs = ['workflow_run', 'workflow_job', 'check_run', 'check_suite', 'deployment_status'];
const run = (name: string): readonly string[] => runs.map((path) => `${path}.${name}`);
const repository = ['repository.full_name', 'repository.name', 'organization.login'];
const vulnerable = ['security_advisory', 'repository_advisory', 'alert.security_advisory'];
const advisory = (name: string): readonly string[] => vulnerable.map((path) => `${path}.${name}`);

/** A rule's `error` is a code scanner's word for its worst class, not a level of a log. */
const ruleLevels = { error: 4, warning: 3, note: 2, none: 1 } as const;

/** GitHub: security alerts (code, secrets, dependencies), advisories, and what its checks and workflows say. */
export const githubWebhook = declare({
  name: 'github-webhook',
  recognises: any(
    all(has('repository.fullname'), any(has('sender'), has('alert'), has('action'))),
    has('securityadvisory.ghsaid'),
    all(has('organization.login', 'action'), has('sender.login')),
  ),
  kind: kindOf,
  product: joined(' ', literal('GitHub'), ['alert.tool.name', 'check_run.app.name']),
  title: [
    joined(': ', advisory('summary'), advisory('cve_id')),
    joined(': ', 'alert.rule.description', 'alert.rule.id'),
    whole(': ', literal('Secret scanning alert'), [
      'alert.secret_type_display_name',
      'alert.secret_type',
    ]),
    whole(' in ', 'alert.external_identifier', 'alert.affected_package_name'),
    joined(
      ': ',
      ['workflow.name', 'workflow_run.name'],
      ['workflow_run.display_title', 'workflow_run.head_commit.message'],
    ),
    whole(' ', literal('check_run'), 'check_run.name'),
    whole(' ', literal('workflow_job'), 'workflow_job.name'),
    joined(' ', 'check_suite.app.name', literal('GitHub'), 'action'),
  ],
  description: [
    ...advisory('description'),
    'alert.rule.full_description',
    'alert.most_recent_instance.message.text',
    ...run('output.summary'),
    ...run('conclusion'),
  ],
  uid: [
    'alert.html_url',
    whole('#', 'alert.ghsa_id', 'alert.id'),
    whole('/', 'repository.full_name', 'alert.secret_type', 'alert.number'),
    whole('/', 'repository.full_name', 'alert.number'),
    ...advisory('ghsa_id'),
    ...run('id'),
    'delivery',
  ],
  time: [
    'alert.created_at',
    ...advisory('published_at'),
    ...run('completed_at'),
    ...run('updated_at'),
    ...run('started_at'),
    ...run('created_at'),
    'head_commit.timestamp',
  ],
  severity: [
    byWord(
      'alert.rule.security_severity_level',
      ...advisory('severity'),
      'alert.security_vulnerability.severity',
      'alert.severity',
    ),
    byTable('alert.rule.severity', ruleLevels),
  ],
  status: {
    from: ['alert.state', ...run('conclusion'), 'action', ...run('status')],
    closed: [
      'fixed',
      'dismissed',
      'resolved',
      'closed',
      'closedbyuser',
      'autodismissed',
      'success',
      'neutral',
      'skipped',
      'withdrawn',
    ],
    otherwise: 'unknown',
  },
  analytic: {
    uid: [
      whole('/', 'alert.rule.id', ['alert.tool.name']),
      ...advisory('ghsa_id'),
      'alert.ghsa_id',
      'alert.secret_type',
      whole(
        '@',
        ['workflow_run.workflow_id', 'workflow.id', 'workflow_job.workflow_name', 'check_run.name'],
        run('head_branch'),
      ),
      'check_run.name',
    ],
    name: [
      'alert.rule.id',
      ...advisory('cve_id'),
      'alert.secret_type',
      'workflow.name',
      'workflow_run.name',
      'check_run.name',
    ],
  },
  resources: [
    { type: 'repository', name: joined('', repository), uid: 'repository.id' },
    {
      type: 'other',
      name: [
        'alert.most_recent_instance.location.path',
        'alert.instances.location.path',
        'alert.dependency.manifest_path',
        'alert.affected_package_name',
        whole(' ', 'alert.secret_type', 'alert.number'),
        ...run('head_branch'),
      ],
    },
    {
      type: 'other',
      name: ['alert.dependency.package.name', ...advisory('vulnerabilities.package.name')],
    },
  ],
  actors: [
    {
      type: 'user',
      name: (view) =>
        [firstOf(view, ['workflow_run.actor.login', 'sender.login', 'pusher.name'])].filter(
          (login) => login !== 'github',
        ),
    },
  ],
  prose: 'title',
  remediation: {
    text: whole(' ', literal('Update to'), [
      'alert.security_vulnerability.first_patched_version.identifier',
      'alert.fixed_in',
    ]),
    url: ['alert.help_uri', 'alert.rule.help_uri', 'alert.external_reference'],
  },
  link: ['alert.html_url', ...advisory('html_url'), ...run('html_url'), 'repository.html_url'],
});
