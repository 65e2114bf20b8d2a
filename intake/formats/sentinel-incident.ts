import type { FindingKind } from '../../domain/finding.ts';
import { declare } from '../declare.ts';
import { all, any, has, starts } from '../recognise.ts';
import { literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';
import { firstOf, type View } from '../view.ts';

const kindOf = (view: View): FindingKind =>
  firstOf(view, ['incidentNumber', 'IncidentNumber']) === '' &&
  !firstOf(view, 'type').toLowerCase().endsWith('/incidents')
    ? 'detection'
    : 'incident';

/** Microsoft Sentinel: incidents and alerts of its API, the Logic App trigger's body, and rows of its tables. */
export const sentinelIncident = declare({
  name: 'sentinel-incident',
  recognises: any(
    starts('type', 'microsoft.securityinsights/'),
    starts('object.type', 'microsoft.securityinsights/'),
    has('properties.systemalertid'),
    has('systemalertid', 'alertname'),
    all(has('incidentnumber', 'severity'), any(has('title'), has('incidentname'))),
  ),
  merge: ['object', 'object.properties', 'properties'],
  kind: kindOf,
  product: [
    'productName',
    'ProductName',
    'additionalData.alertProductNames',
    literal('Microsoft Sentinel'),
  ],
  title: ['title', 'alertDisplayName', 'AlertName', 'DisplayName', 'friendlyName'],
  description: 'description',
  uid: ['systemAlertId', 'name', 'IncidentName', 'incidentNumber'],
  time: [
    'createdTimeUtc',
    'createdTime',
    'timeGenerated',
    'startTimeUtc',
    'StartTime',
    'firstActivityTimeUtc',
    'lastModifiedTimeUtc',
  ],
  severity: [byWord('severity', 'alertSeverity')],
  status: { from: 'status', closed: ['closed', 'resolved', 'dismissed'], otherwise: 'open' },
  analytic: {
    uid: ['relatedAnalyticRuleIds', 'alertType', 'alertDisplayName'],
    name: ['alertDisplayName', 'AlertName', 'title'],
  },
  resources: [
    {
      type: 'host',
      name: [
        'relatedEntities.properties.hostName',
        'Entities.HostName',
        'relatedEntities.properties.azureID',
        'compromisedEntity',
      ],
    },
    {
      type: 'cloud',
      name: [
        'resourceIdentifiers.azureResourceId',
        'resourceIdentifiers.workspaceId',
        'ResourceId',
        'relatedEntities.properties.resourceId',
      ],
    },
    { type: 'account', name: ['resourceIdentifiers.subscriptionId', 'WorkspaceSubscriptionId'] },
    { type: 'other', name: ['resourceIdentifiers.resourceGroup', 'WorkspaceResourceGroup'] },
  ],
  actors: [
    {
      type: 'user',
      name: [
        'relatedEntities.properties.userPrincipalName',
        'relatedEntities.properties.accountName',
        'Entities.UPNSuffix',
        'Entities.Name',
      ],
      uid: ['relatedEntities.properties.aadUserId', 'Entities.AadUserId'],
    },
  ],
  observables: [
    ['ip', 'artifact', ['relatedEntities.properties.address', 'Entities.Address']],
    ['url', 'artifact', ['relatedEntities.properties.url', 'Entities.Url']],
    ['domain', 'artifact', ['relatedEntities.properties.domainName', 'Entities.DomainName']],
    ['hash', 'artifact', ['relatedEntities.properties.hashValue', 'Entities.Value']],
  ],
  sweep: ['Entities', 'ExtendedProperties'],
  attacks: ['additionalData.techniques', 'Techniques', 'additionalData.tactics', 'tactics'],
  remediation: { text: ['remediationSteps', 'RemediationSteps'], url: literal('') },
  link: ['incidentUrl', 'alertLink', 'providerIncidentUrl'],
});
