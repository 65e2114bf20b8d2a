import { declare } from '../declare.ts';
import { all, any, has, starts } from '../recognise.ts';
import { afterLast, joined, literal } from '../sources.ts';
import { byTable, byWord } from '../severity-rules.ts';

/** Azure Monitor: the common schema, metric alerts, activity log and log search alerts, and the classic form. */
export const azureMonitor = declare({
  name: 'azure-monitor',
  recognises: any(
    has('data.essentials'),
    starts('schemaid', 'azuremonitor', 'microsoft.insights/'),
    all(has('context.conditiontype'), has('status')),
    has('context.resourceid', 'status'),
  ),
  merge: [
    'data',
    'context',
    'context.activityLog',
    'data.context',
    'data.context.activityLog',
    'data.essentials',
  ],
  kind: 'operational',
  product: literal('Azure Monitor'),
  title: ['alertRule', 'AlertRuleName', 'name', 'operationName'],
  description: ['description', 'alertContext.condition.allOf.metricName', 'SearchQuery'],
  uid: ['alertId', 'id', 'correlationId'],
  time: [
    'firedDateTime',
    'resolvedDateTime',
    'timestamp',
    'eventTimestamp',
    'SearchIntervalStartTimeUtc',
  ],
  severity: [
    byWord('severity', 'level'),
    byTable('Severity', { '0': 5, '1': 4, '2': 3, '3': 2, '4': 1 }),
  ],
  status: {
    from: ['monitorCondition', 'status'],
    closed: ['resolved', 'deactivated'],
    otherwise: 'unknown',
  },
  analytic: {
    uid: ['alertRuleID', 'id', 'alertRule', 'AlertRuleName'],
    name: ['alertRule', 'name', 'AlertRuleName'],
  },
  resources: [
    {
      type: 'cloud',
      name: ['resourceName', 'configurationItems', 'AffectedConfigurationItems'],
      uid: ['resourceId', 'alertTargetIDs'],
    },
    { type: 'cloud', name: afterLast('/', 'alertTargetIDs'), uid: 'alertTargetIDs' },
    { type: 'account', name: ['subscriptionId', 'SubscriptionId'] },
    { type: 'other', name: joined('/', 'resourceGroupName', 'targetResourceGroup') },
  ],
  actors: [{ type: 'user', name: 'caller' }],
  sweep: ['alertContext'],
  link: ['investigationLink', 'portalLink', 'LinkToSearchResults'],
});
