import RE2 from 're2';
import { declare } from '../declare.ts';
import { all, any, has, not } from '../recognise.ts';
import { afterLast, arnsIn, changed, literal } from '../sources.ts';

const sentence = new RE2(/^\s*([^\n.]{8,240})/);

/** SNS notifications whose message is prose, and SNS's own messages about a subscription: no link of those is kept. */
export const awsSnsMisc = declare({
  name: 'aws-sns-misc',
  carrier: true,
  recognises: all(
    has('messageid', 'topicarn'),
    any(has('message'), has('subscribeurl')),
    not(has('detail')),
  ),
  omits: ['token', 'subscribeurl', 'unsubscribeurl', 'signature', 'signingcerturl'],
  kind: 'operational',
  product: literal('AWS SNS'),
  title: [
    changed('Message', (text) => sentence.exec(text)?.[1]?.trim() ?? text),
    'Subject',
    'Type',
  ],
  description: 'Message',
  uid: ['MessageAttributes.Id.Value', 'MessageId'],
  time: ['Timestamp'],
  status: {
    from: 'MessageAttributes.State.Value',
    closed: ['completed', 'succeeded', 'ok'],
    otherwise: 'unknown',
  },
  analytic: {
    uid: ['MessageAttributes.EventType.Value', 'TopicArn'],
    name: ['MessageAttributes.EventType.Value', 'Subject'],
  },
  resources: [
    { type: 'cloud', name: arnsIn('Message'), account: 'MessageAttributes.AccountId.Value' },
    { type: 'account', name: 'MessageAttributes.AccountId.Value' },
    { type: 'other', name: afterLast(':', 'TopicArn'), uid: 'TopicArn' },
  ],
  prose: 'Subject',
});
