import { isObject, type JsonObject } from '../../domain/json.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { at, listAt, objectAt, textAt } from '../fields.ts';
import { actor, actorList, ObservableList, resource, resourceList } from '../observables.ts';
import { severityByWord } from '../severity.ts';
import { parseTime } from '../times.ts';

/** Cloud Custodian's notify messages: one policy, many resources, a finding for each resource. */
export const cloudCustodian: FormatReader = {
  name: 'cloud-custodian',
  recognises: (value) =>
    isObject(value['policy']) && Array.isArray(value['resources']) && isObject(value['action']),
  read: (value, envelope) => {
    const resources = listAt(value, 'resources').filter(isObject);
    return (resources.length === 0 ? [{}] : resources).map((item) =>
      readOne(item, value, envelope),
    );
  },
};

const idFields = [
  'AccessKeyId',
  'arn',
  'Arn',
  'id',
  'InstanceId',
  'BucketArn',
  'FunctionArn',
  'DBInstanceArn',
  'GroupId',
  'VolumeId',
  'SnapshotId',
  'KeyId',
  'UserId',
  'ResourceId',
  'resourceId',
  'selfLink',
  'Name',
  'name',
];
const nameFields = [
  'AccessKeyId',
  'UserName',
  'name',
  'Name',
  'InstanceId',
  'FunctionName',
  'DBInstanceIdentifier',
  'GroupName',
  'GroupId',
  'VolumeId',
  'id',
];

function readOne(item: JsonObject, message: JsonObject, envelope: Envelope): Draft {
  const policy = textAt(message, 'policy.name');
  const subject = textAt(message, 'action.subject');
  const uid = textAt(item, ...idFields);
  const description =
    textAt(
      message,
      'action.violation_desc',
      'policy.description',
      'policy.comment',
      'policy.comments',
    ) || subject;
  const eventId = textAt(message, 'event.id', 'event.detail.eventID');
  return draft({
    format: 'cloud-custodian',
    kind: 'policy_violation',
    uid: [uid || policy, eventId].filter((part) => part !== '').join('#'),
    title: subject === '' || subject === policy ? policy || subject : `${policy}: ${subject}`,
    description,
    time:
      parseTime(at(message, 'event.time')) ??
      parseTime(at(message, 'event.detail.eventTime')) ??
      envelope.time,
    ...severityByWord(message, ['policy.metadata.severity', 'action.severity', 'policy.severity']),
    product: 'Cloud Custodian',
    analytic: policy === '' ? null : { uid: policy, name: policy },
    resources: resources(item, message, uid),
    actors: actorList(actor('user', textAt(item, 'UserName')), actor('user', userOfEvent(message))),
    observables: new ObservableList().addFromTree(item).list(),
    compliance: {
      standard: textAt(message, 'policy.metadata.standard') || 'Cloud Custodian',
      control: policy,
      status: 'fail',
    },
    remediation: remediation(message),
    link: textAt(message, 'policy.metadata.link'),
    unmapped: {
      resource: item,
      account: textAt(message, 'account'),
      region: textAt(message, 'region'),
      resourceType: textAt(message, 'policy.resource'),
      filters: at(message, 'policy.filters') ?? null,
    },
  });
}

function resources(item: JsonObject, message: JsonObject, uid: string): Draft['resources'] {
  const account = textAt(message, 'account_id');
  const region = textAt(message, 'region');
  const place = {
    ...(account === '' ? {} : { account }),
    ...(region === '' || region === 'all' ? {} : { region }),
  };
  const own = resource('cloud', textAt(item, ...nameFields), uid);
  const holder = resource('account', account);
  const user = resource('account', textAt(item, 'UserName'));
  return resourceList(
    own === null ? null : { ...own, ...place },
    user === null ? null : { ...user, ...place },
    holder === null ? null : { ...holder, name: textAt(message, 'account') || account },
  );
}

function userOfEvent(message: JsonObject): string {
  const identity = objectAt(message, 'event.detail.userIdentity') ?? {};
  return textAt(identity, 'userName', 'sessionContext.sessionIssuer.userName', 'arn');
}

function remediation(message: JsonObject): Draft['remediation'] {
  const text = textAt(message, 'action.action_desc', 'policy.metadata.remediation');
  const url = textAt(message, 'policy.metadata.remediation_url');
  return text === '' && url === '' ? null : { text, url };
}
