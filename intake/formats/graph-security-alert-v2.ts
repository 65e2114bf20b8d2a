import RE2 from 're2';
import { declare } from '../declare.ts';
import { all, any, has, not, starts } from '../recognise.ts';
import { changed, joined, literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

/** Evidence is a list whose items name their type; exports also write it as one object per type. */
const evidence = (type: string, ...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [`evidence.${name}`, `${type}Evidence.${name}`]);

const inner = new RE2(/([a-z])([A-Z])/g);
const spaced = (text: string): string =>
  inner.replace(text, '$1 $2').replace('microsoft', 'Microsoft');

/** Microsoft Graph security alerts, second version (alerts_v2): Defender's, Entra's, Purview's and Sentinel's. */
export const graphSecurityAlertV2 = declare({
  name: 'graph-security-alert-v2',
  recognises: any(
    starts('@odata.type', '#microsoft.graph.security.alert'),
    all(
      has('servicesource', 'createddatetime'),
      any(has('evidence'), has('detectorid'), has('provideralertid')),
    ),
    all(has('detectorid', 'evidence'), not(has('machineid'))),
  ),
  kind: 'detection',
  product: [
    'productName',
    joined('', changed('serviceSource', spaced)),
    literal('Microsoft Defender'),
  ],
  title: ['title', 'category'],
  description: 'description',
  uid: ['id', 'providerAlertId'],
  time: ['createdDateTime', 'firstActivityDateTime', 'lastActivityDateTime'],
  severity: [byWord('severity')],
  status: { from: 'status', closed: ['resolved'], otherwise: 'open' },
  analytic: { uid: ['detectorId', 'alertPolicyId', 'title'], name: ['title'] },
  resources: [
    {
      type: 'host',
      name: evidence('device', 'deviceDnsName', 'hostName'),
      uid: evidence('device', 'mdeDeviceId', 'azureAdDeviceId'),
    },
    {
      type: 'cloud',
      name: [
        ...evidence('device', 'vmMetadata.resourceId'),
        ...evidence('azureResource', 'resourceId', 'resourceName'),
        ...evidence('amazonResource', 'amazonResourceId'),
        ...evidence('cloudApplication', 'displayName'),
      ],
    },
    { type: 'account', name: evidence('mailbox', 'primaryAddress') },
    { type: 'account', name: evidence('user', 'userAccount.userPrincipalName') },
  ],
  actors: [
    {
      type: 'user',
      name: evidence('user', 'userAccount.userPrincipalName', 'userAccount.accountName'),
      uid: evidence('user', 'userAccount.azureAdUserId', 'userAccount.userSid'),
    },
    {
      type: 'user',
      name: [
        'processEvidence.userAccount.accountName',
        'actorDisplayName',
        ...evidence('mailbox', 'userAccount.userPrincipalName'),
      ],
      uid: 'processEvidence.userAccount.userSid',
    },
    { type: 'process', name: evidence('process', 'imageFile.fileName') },
  ],
  observables: [
    ['ip', 'actor', evidence('ip', 'ipAddress', 'lastIpAddress', 'senderIp', 'p1Sender.ip')],
    ['url', 'artifact', evidence('url', 'url')],
    [
      'hash',
      'artifact',
      [
        ...evidence('file', 'fileDetails.sha256', 'fileDetails.sha1', 'fileDetails.md5'),
        ...evidence('process', 'imageFile.sha256', 'imageFile.sha1'),
      ],
    ],
    ['file', 'artifact', evidence('file', 'fileDetails.fileName')],
    ['process', 'artifact', evidence('process', 'processCommandLine')],
    [
      'email',
      'artifact',
      [...evidence('analyzedMessage', 'p1Sender.emailAddress', 'recipientEmailAddress')],
    ],
  ],
  attacks: 'mitreTechniques',
  remediation: { text: 'recommendedActions', url: literal('') },
  link: ['alertWebUrl', 'incidentWebUrl'],
});
