import RE2 from 're2';
import type { Resource } from '../../domain/finding.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { at, fold, listAt, objectAt, textAt } from '../fields.ts';
import { folded } from '../fold.ts';
import { actor, actorList, ObservableList, resource, resourceList } from '../observables.ts';
import { severityByScale } from '../severity.ts';
import { parseTime } from '../times.ts';

/**
 * Amazon GuardDuty findings: PascalCase from its API, camelCase from EventBridge, lower case from a warehouse. They
 * are read through folded keys. The envelope (EventBridge, SNS) was taken off before.
 */
export const awsGuardduty: FormatReader = {
  name: 'aws-guardduty',
  recognises: (value) => {
    const type = own(value, 'type');
    if (typeof type !== 'string' || !type.includes(':')) return false;
    const service = own(value, 'service');
    return (
      isObject(service) &&
      (isObject(own(value, 'resource')) ||
        own(service, 'eventfirstseen') !== undefined ||
        own(service, 'detectorid') !== undefined)
    );
  },
  read: (value, envelope) => {
    return [readFinding(folded(value), value, envelope)];
  },
};

function own(value: JsonObject, folded: string): Json | undefined {
  for (const key of Object.keys(value)) if (fold(key) === folded) return value[key];
  return undefined;
}

const severityBounds = [0, 1, 4, 7, 9];
const instanceInText = new RE2(/\bi-[0-9a-f]{8,17}\b/);
const userInText = new RE2(/\bIAMUser\/([\w+=,.@-]{1,64})/);
const roleInText = new RE2(/\bAssumedRole:([\w+=,.@-]{1,64})/);

function readFinding(finding: JsonObject, raw: JsonObject, envelope: Envelope): Draft {
  const title = textAt(finding, 'title');
  const type = textAt(finding, 'type');
  const description = textAt(finding, 'description');
  return draft({
    format: 'aws-guardduty',
    kind: 'detection',
    uid: textAt(finding, 'id', 'arn') || envelope.uid,
    title: title || type,
    description,
    time:
      parseTime(at(finding, 'service.eventlastseen')) ??
      parseTime(at(finding, 'updatedat')) ??
      parseTime(at(finding, 'createdat')) ??
      envelope.time,
    ...severityByScale('severity', at(finding, 'severity'), severityBounds),
    status: textAt(finding, 'service.archived').toLowerCase() === 'true' ? 'closed' : 'open',
    product: 'Amazon GuardDuty',
    analytic: type === '' ? null : { uid: type, name: type },
    resources: resources(finding, `${title} ${description}`, envelope),
    actors: actors(finding, `${title} ${description}`),
    observables: observables(finding, title, description),
    link: consoleLink(textAt(finding, 'region') || envelope.region, textAt(finding, 'id')),
    unmapped: rest(raw),
  });
}

function resources(finding: JsonObject, prose: string, envelope: Envelope): readonly Resource[] {
  const account = textAt(finding, 'accountid') || envelope.account;
  const region = textAt(finding, 'region') || envelope.region;
  const place = { ...(account === '' ? {} : { account }), ...(region === '' ? {} : { region }) };
  const instance = objectAt(finding, 'resource.instancedetails') ?? {};
  const key = objectAt(finding, 'resource.accesskeydetails') ?? {};
  const network = listAt(instance, 'networkinterfaces')[0] ?? null;
  const candidates = [
    resource('cloud', textAt(key, 'accesskeyid')),
    resource(
      'host',
      nameTag(instance),
      textAt(instance, 'instanceid') || (instanceInText.exec(prose)?.[0] ?? ''),
    ),
    resource('host', textAt(network, 'privatednsname')),
    ...listAt(finding, 'resource.s3bucketdetails').map((item) =>
      resource('cloud', textAt(item, 'name'), textAt(item, 'arn')),
    ),
    resource(
      'workload',
      textAt(finding, 'resource.kubernetesdetails.kubernetesworkloaddetails.name'),
    ),
    resource(
      'cloud',
      textAt(finding, 'resource.eksclusterdetails.name'),
      textAt(finding, 'resource.eksclusterdetails.arn'),
    ),
    resource(
      'cloud',
      textAt(finding, 'resource.lambdadetails.functionname'),
      textAt(finding, 'resource.lambdadetails.functionarn'),
    ),
    resource('cloud', textAt(finding, 'resource.rdsdbinstancedetails.dbinstanceidentifier')),
    ...affected(finding).map((name) => resource('cloud', name)),
    resource('account', textAt(key, 'username') || (userInText.exec(prose)?.[1] ?? '')),
    resource('account', account),
  ];
  return resourceList(...candidates.map((item) => (item === null ? null : { ...item, ...place })));
}

function affected(finding: JsonObject): readonly string[] {
  const map = objectAt(finding, 'service.action.awsapicallaction.affectedresources') ?? {};
  return Object.values(map).filter((item): item is string => typeof item === 'string');
}

function nameTag(instance: JsonObject): string {
  const tag = listAt(instance, 'tags').find((item) => textAt(item, 'key').toLowerCase() === 'name');
  return textAt(tag, 'value');
}

function actors(finding: JsonObject, prose: string): Draft['actors'] {
  const key = objectAt(finding, 'resource.accesskeydetails') ?? {};
  const named = textAt(key, 'username') || (userInText.exec(prose)?.[1] ?? '');
  return actorList(
    actor('user', named, textAt(key, 'principalid')),
    actor('user', roleInText.exec(prose)?.[1] ?? ''),
    actor('user', textAt(finding, 'resource.kubernetesdetails.kubernetesuserdetails.username')),
    actor('process', textAt(finding, 'service.runtimedetails.process.name')),
  );
}

function observables(
  finding: JsonObject,
  title: string,
  description: string,
): Draft['observables'] {
  const list = new ObservableList();
  for (const [path, action] of Object.entries(objectAt(finding, 'service.action') ?? {})) {
    list.add(
      'ip',
      'actor',
      textAt(action, 'remoteipdetails.ipaddressv4', 'remoteipdetails.ipaddressv6'),
    );
    list.add('ip', 'target', textAt(action, 'localipdetails.ipaddressv4'));
    list.add(
      'domain',
      'artifact',
      path === 'dnsrequestaction'
        ? textAt(action, 'domain')
        : textAt(action, 'domaindetails.domain'),
    );
    for (const probe of listAt(action, 'portprobedetails'))
      list.add('ip', 'actor', textAt(probe, 'remoteipdetails.ipaddressv4'));
  }
  for (const network of listAt(finding, 'resource.instancedetails.networkinterfaces')) {
    list.add('ip', 'target', textAt(network, 'publicip'), textAt(network, 'privateipaddress'));
  }
  return list
    .addFromTree(at(finding, 'service.additionalinfo') ?? null)
    .addFromText(title, description)
    .list();
}

function consoleLink(region: string, id: string): string {
  return region === '' || id === ''
    ? ''
    : `https://${region}.console.aws.amazon.com/guardduty/home?region=${region}#/findings?fId=${encodeURIComponent(id)}`;
}

function rest(finding: JsonObject): JsonObject {
  const mapped = ['id', 'title', 'description', 'type', 'severity'];
  return Object.fromEntries(Object.entries(finding).filter(([key]) => !mapped.includes(fold(key))));
}
