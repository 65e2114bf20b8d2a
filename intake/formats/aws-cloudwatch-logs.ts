import RE2 from 're2';
import { isObject } from '../../domain/json.ts';
import { declare } from '../declare.ts';
import { textAt } from '../fields.ts';
import { all, isList, says } from '../recognise.ts';
import { afterLast, joined, literal } from '../sources.ts';
import { valuesAt, type Source } from '../view.ts';

const bad = new RE2(/timed out|error|exception|fail|denied|unauthori[sz]ed|fatal|panic|critical/i);

/** Of the log events that one filter sent, the first that says what is wrong, else the first. */
const telling =
  (key: string): Source =>
  (view) => {
    const events = valuesAt(view, 'logEvents').filter(isObject);
    const chosen = events.find((event) => bad.test(textAt(event, 'message'))) ?? events[0];
    return [textAt(chosen, key).replaceAll('\\n', ' ').trim()];
  };

/** CloudWatch Logs subscription filters, unpacked: one filter's matches are one finding. */
export const awsCloudwatchLogs = declare({
  name: 'aws-cloudwatch-logs',
  recognises: all(says('messagetype', 'data_message'), isList('logevents')),
  kind: 'operational',
  product: literal('Amazon CloudWatch Logs'),
  title: joined(': ', 'logGroup', telling('message')),
  description: telling('message'),
  uid: telling('id'),
  time: [telling('timestamp')],
  analytic: { uid: joined('#', 'logGroup', 'subscriptionFilters'), name: 'subscriptionFilters' },
  resources: [
    { type: 'cloud', name: afterLast('/', 'logGroup'), uid: 'logGroup', account: 'owner' },
    { type: 'account', name: 'owner' },
  ],
});
