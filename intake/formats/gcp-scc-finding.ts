import RE2 from 're2';
import type { FindingKind } from '../../domain/finding.ts';
import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { afterLast, joined, literal, matched } from '../sources.ts';
import { byWord } from '../severity-rules.ts';
import { firstOf, type View } from '../view.ts';

const kinds: Readonly<Record<string, FindingKind>> = {
  THREAT: 'detection',
  VULNERABILITY: 'vulnerability',
  MISCONFIGURATION: 'policy_violation',
  POSTURE_VIOLATION: 'policy_violation',
  TOXIC_COMBINATION: 'vulnerability',
  OBSERVATION: 'audit',
};

/** Older findings state no class; scanners are Security Health Analytics, detections come with a category of their own. */
function kindOf(view: View): FindingKind {
  const stated = kinds[firstOf(view, 'findingClass').toUpperCase()];
  if (stated !== undefined) return stated;
  if (
    firstOf(view, [
      'sourceProperties.detectionCategory.ruleName',
      'jsonPayload.detectionCategory.ruleName',
    ]) !== ''
  )
    return 'detection';
  const category = firstOf(view, 'category');
  return category.includes(' ') ? 'detection' : 'policy_violation';
}

const technique = new RE2(/techniques\/(T\d{4}(?:\/\d{3})?)/);

/** Google Security Command Center findings: notifications, and the older log entries of Event Threat Detection. */
export const gcpSccFinding = declare({
  name: 'gcp-scc-finding',
  recognises: any(
    has('finding.category'),
    has('finding.sourceproperties'),
    has('jsonpayload.detectioncategory'),
    has('category', 'sourceproperties'),
  ),
  merge: ['finding'],
  kind: kindOf,
  product: joined(': ', literal('Google Security Command Center'), 'sourceDisplayName'),
  title: joined(
    ': ',
    ['category', 'jsonPayload.detectionCategory.ruleName'],
    ['sourceProperties.detectionCategory.ruleName', 'jsonPayload.detectionCategory.subRuleName'],
  ),
  description: ['description', 'sourceProperties.Explanation'],
  uid: ['name', 'canonicalName', 'insertId'],
  time: ['eventTime', 'createTime', 'jsonPayload.eventTime', 'timestamp', 'receiveTimestamp'],
  severity: [
    byWord(
      'severity',
      'sourceProperties.SeverityLevel',
      'sourceProperties.detectionPriority',
      'jsonPayload.detectionPriority',
    ),
  ],
  status: {
    from: ['state', 'mute'],
    closed: ['inactive', 'muted'],
    open: ['active'],
    otherwise: 'unknown',
  },
  analytic: {
    uid: ['category', 'jsonPayload.detectionCategory.ruleName'],
    name: ['category', 'jsonPayload.detectionCategory.ruleName'],
  },
  resources: [
    {
      type: 'cloud',
      name: ['resource.display_name', 'assetDisplayName', afterLast('/', 'resourceName')],
      uid: ['resourceName', 'resource.name'],
      account: ['resource.project_display_name', 'sourceProperties.ProjectId'],
    },
    {
      type: 'cloud',
      name: [
        afterLast('/', 'jsonPayload.properties.instanceDetails'),
        'sourceProperties.properties.attempts.vmName',
        'sourceProperties.properties.instanceDetails',
        'sourceProperties.affectedResources.gcpResourceName',
        'jsonPayload.affectedResources.gcpResourceName',
      ],
    },
    {
      type: 'account',
      name: [
        'resource.project_display_name',
        'resource.projectDisplayName',
        'sourceProperties.ProjectId',
        'sourceProperties.properties.projectId',
        'sourceProperties.properties.project_id',
        'jsonPayload.properties.network.project',
        'jsonPayload.properties.project_id',
      ],
    },
  ],
  actors: [
    {
      type: 'user',
      name: [
        'access.principalEmail',
        'access.principalSubject',
        'sourceProperties.properties.attempts.username',
        'sourceProperties.properties.principalEmail',
        'jsonPayload.properties.principalEmail',
        'sourceProperties.properties.sensitiveRoleGrant.principalEmail',
        'sourceProperties.properties.externalMemberNames',
        'sourceProperties.properties.dataExfiltrationAttempt.userEmail',
      ],
    },
  ],
  observables: [
    [
      'ip',
      'actor',
      [
        'access.callerIp',
        'sourceProperties.properties.attempts.sourceIp',
        'indicator.ipAddresses',
        'jsonPayload.properties.attempts.sourceIp',
      ],
    ],
    [
      'domain',
      'artifact',
      ['indicator.domains', 'sourceProperties.properties.domains', 'jsonPayload.properties.domain'],
    ],
  ],
  sweep: [
    'indicator',
    'connections',
    'sourceProperties.properties',
    'jsonPayload.properties',
    'files',
    'processes',
  ],
  prose: 'description',
  attacks: [
    'mitreAttack.primaryTechniques',
    'mitreAttack.primary_techniques',
    matched(technique, 'sourceProperties.contextUris.mitreUri.url'),
  ],
  compliance: { standard: 'compliances.standard', control: 'compliances.ids', status: literal('') },
  remediation: { text: ['nextSteps', 'sourceProperties.Recommendation'], url: literal('') },
  link: 'externalUri',
});
