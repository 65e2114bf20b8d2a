import type { FindingKind } from '../../domain/finding.ts';
import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { afterLast, arnsIn, literal, where, whole } from '../sources.ts';
import { byScale, byWord } from '../severity-rules.ts';
import { firstOf, valuesAt, type View } from '../view.ts';

function kindOf(view: View): FindingKind {
  if (firstOf(view, 'Compliance.Status') !== '') return 'policy_violation';
  const type = firstOf(view, ['Types', 'FindingProviderFields.Types']).toLowerCase();
  if (type.includes('vulnerabilit') || valuesAt(view, 'Vulnerabilities').length > 0)
    return 'vulnerability';
  return type.startsWith('software and configuration checks') ? 'policy_violation' : 'detection';
}

const actors = [
  'Resources.Details.AwsIamAccessKey.PrincipalName',
  'Resources.Details.AwsIamAccessKey.UserName',
  'Resources.Details.AwsIamAccessKey.SessionContext.SessionIssuer.UserName',
  'Resources.Details.AwsIamUser.UserName',
];

/** AWS Security Finding Format, by which products tell Security Hub of findings; re-sent under one Id as they change. */
export const awsSecurityhubAsff = declare({
  name: 'aws-securityhub-asff',
  recognises: any(
    has('productarn', 'generatorid'),
    has('schemaversion', 'productarn', 'awsaccountid'),
  ),
  kind: kindOf,
  product: [
    'ProductName',
    'ProductFields.aws/securityhub/ProductName',
    whole(' ', literal('AWS Security Hub:'), afterLast('/', 'ProductArn')),
    literal('AWS Security Hub'),
  ],
  title: ['Title', 'Types'],
  description: 'Description',
  uid: 'Id',
  time: ['LastObservedAt', 'UpdatedAt', 'FirstObservedAt', 'CreatedAt', 'ProcessedAt'],
  severity: [
    byWord('Severity.Label', 'FindingProviderFields.Severity.Label'),
    byScale('Severity.Normalized', [0, 1, 40, 70, 90]),
    byScale('FindingProviderFields.Severity.Normalized', [0, 1, 40, 70, 90]),
  ],
  status: {
    from: ['Workflow.Status', 'RecordState', 'Compliance.Status'],
    closed: ['resolved', 'suppressed', 'archived', 'passed'],
    open: [],
    otherwise: 'open',
  },
  analytic: {
    uid: 'GeneratorId',
    name: ['ProductFields.ControlId', 'Compliance.SecurityControlId', 'GeneratorId'],
  },
  resources: [
    {
      type: 'cloud',
      name: 'Resources.Id',
      account: 'AwsAccountId',
      region: ['Region', 'Resources.Region'],
    },
    { type: 'cloud', name: arnsIn(['Title', 'Description']) },
    { type: 'account', name: 'AwsAccountId' },
  ],
  actors: [
    { type: 'user', name: actors, uid: 'Resources.Details.AwsIamAccessKey.PrincipalId' },
    {
      type: 'user',
      name: where(
        'Resources.ResourceRole',
        ['actor'],
        'Resources.Details.AwsIamAccessKey.SessionContext.SessionIssuer.Arn',
      ),
    },
    { type: 'process', name: 'Process.Name' },
  ],
  observables: [
    [
      'ip',
      'actor',
      [
        'Action.AwsApiCallAction.RemoteIpDetails.IpAddressV4',
        'Action.NetworkConnectionAction.RemoteIpDetails.IpAddressV4',
        'Network.SourceIpV4',
      ],
    ],
    ['hash', 'artifact', ['Malware.Sha256', 'ThreatIntelIndicators.Value']],
    ['domain', 'artifact', ['Action.DnsRequestAction.Domain', 'Network.DestinationDomain']],
  ],
  sweep: ['ProductFields', 'Action', 'Network', 'Resources.Details.AwsEc2Instance.IpV4Addresses'],
  compliance: {
    standard: [
      'Compliance.AssociatedStandards.StandardsId',
      'ProductFields.StandardsArn',
      'ProductFields.StandardsGuideArn',
    ],
    control: ['Compliance.SecurityControlId', 'ProductFields.ControlId', 'ProductFields.RuleId'],
    status: 'Compliance.Status',
  },
  remediation: { text: 'Remediation.Recommendation.Text', url: 'Remediation.Recommendation.Url' },
  link: 'SourceUrl',
});
