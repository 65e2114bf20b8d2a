import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { joined, literal, paired, whole } from '../sources.ts';

const dimensions = ['Trigger.Dimensions', 'Trigger.Metrics.MetricStat.Metric.Dimensions'].map(
  (path) => paired(path, ['*']),
);

/** CloudWatch alarms as SNS carries them. `Region` is a display name ("EU (Ireland)"), the ARN holds the real one. */
export const awsCloudwatchAlarmSns = declare({
  name: 'aws-cloudwatch-alarm-sns',
  recognises: has('alarmname', 'newstatevalue'),
  kind: 'operational',
  product: literal('Amazon CloudWatch'),
  title: joined(': ', 'AlarmName', 'AlarmDescription'),
  description: joined(' ', 'AlarmDescription', 'NewStateReason'),
  uid: ['AlarmArn', whole('/', 'AWSAccountId', 'Region', 'AlarmName'), 'AlarmName'],
  time: ['StateChangeTime'],
  status: {
    from: 'NewStateValue',
    closed: ['ok'],
    open: ['alarm'],
    otherwise: 'unknown',
  },
  analytic: { uid: ['AlarmArn', 'AlarmName'], name: 'AlarmName' },
  resources: [
    { type: 'cloud', name: dimensions, account: 'AWSAccountId' },
    { type: 'account', name: 'AWSAccountId' },
    {
      type: 'service',
      name: ['Trigger.Namespace', 'Trigger.Metrics.MetricStat.Metric.Namespace'],
    },
  ],
});
