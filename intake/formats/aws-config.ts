import { declare } from '../declare.ts';
import { all, any, has } from '../recognise.ts';
import { joined, literal, whole } from '../sources.ts';

/** AWS Config: what a rule is asked to judge (`invokingEvent`), and verdicts as EventBridge carries them. */
export const awsConfig = declare({
  name: 'aws-config',
  recognises: any(
    has('invokingevent', 'configrulename'),
    has('configrulename', 'newevaluationresult'),
    all(has('configurationitem'), has('messagetype')),
    has('detail.newevaluationresult'),
  ),
  merge: ['detail', 'invokingEvent'],
  kind: 'policy_violation',
  product: literal('AWS Config'),
  title: joined(
    ': ',
    'configRuleName',
    'messageType',
    'configurationItem.resourceType',
    'resourceType',
  ),
  description: ['newEvaluationResult.annotation', 'detailtype'],
  uid: [
    whole('/', 'configRuleARN', ['resourceId', 'configurationItem.resourceId']),
    whole('/', ['configRuleId', 'configRuleName'], ['resourceId', 'configurationItem.resourceId']),
    'configurationItem.ARN',
  ],
  time: [
    'newEvaluationResult.resultRecordedTime',
    'configurationItem.configurationItemCaptureTime',
    'notificationCreationTime',
    'time',
  ],
  status: {
    from: ['newEvaluationResult.complianceType', 'complianceType'],
    closed: ['compliant', 'notapplicable'],
    open: ['noncompliant'],
    otherwise: 'unknown',
  },
  analytic: { uid: ['configRuleId', 'configRuleARN', 'configRuleName'], name: 'configRuleName' },
  resources: [
    {
      type: 'cloud',
      name: ['resourceId', 'configurationItem.resourceId'],
      uid: 'configurationItem.ARN',
      account: ['awsAccountId', 'accountId', 'configurationItem.awsAccountId'],
      region: ['awsRegion', 'configurationItem.awsRegion'],
    },
    { type: 'account', name: ['awsAccountId', 'accountId', 'account'] },
  ],
  sweep: ['configurationItem.configuration'],
  compliance: {
    standard: literal('AWS Config'),
    control: 'configRuleName',
    status: ['newEvaluationResult.complianceType', 'complianceType'],
  },
});
