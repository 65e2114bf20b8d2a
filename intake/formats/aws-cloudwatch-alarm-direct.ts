import { declare } from '../declare.ts';
import { all, any, has, says } from '../recognise.ts';
import { afterLast, joined, literal } from '../sources.ts';
import type { Source } from '../view.ts';
import { valuesAt } from '../view.ts';
import { asText } from '../fields.ts';
import { isObject } from '../../domain/json.ts';

/** Dimensions are an object here, `{"InstanceId": "i-..."}`; only the values name something. */
const dimensions: Source = (view) =>
  valuesAt(view, 'configuration.metrics.metricStat.metric.dimensions')
    .filter(isObject)
    .flatMap((item) => Object.values(item).map(asText));

/** CloudWatch alarms as Lambda targets get them (`alarmData`) and as EventBridge carries them (`detail`). */
export const awsCloudwatchAlarmDirect = declare({
  name: 'aws-cloudwatch-alarm-direct',
  recognises: any(
    has('alarmdata'),
    all(has('detail'), says('detailtype', 'cloudwatch alarm state change')),
  ),
  merge: ['alarmData', 'detail'],
  kind: 'operational',
  product: literal('Amazon CloudWatch'),
  title: joined(': ', 'alarmName', 'configuration.description'),
  description: joined(' ', 'configuration.description', 'state.reason'),
  uid: ['alarmArn', 'resources', 'alarmName'],
  time: ['state.timestamp', 'time'],
  status: { from: 'state.value', closed: ['ok'], open: ['alarm'], otherwise: 'unknown' },
  analytic: { uid: ['alarmArn', 'resources', 'alarmName'], name: 'alarmName' },
  resources: [
    { type: 'cloud', name: dimensions, account: ['accountId', 'account'], region: 'region' },
    { type: 'account', name: ['accountId', 'account'] },
    { type: 'service', name: 'configuration.metrics.metricStat.metric.namespace' },
    { type: 'other', name: afterLast(':alarm:', 'alarmArn') },
  ],
});
