import { declare } from '../declare.ts';
import { all, any, has, starts } from '../recognise.ts';
import { literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

/** Microsoft Defender for Endpoint alerts: the API's, and advanced hunting's tables (AlertInfo, AlertEvidence). */
export const defenderEndpointAlert = declare({
  name: 'defender-endpoint-alert',
  recognises: any(
    has('machineid', 'detectionsource'),
    all(starts('category', 'advancedhunting-alert'), has('properties')),
    has('alertcreationtime', 'investigationstate'),
  ),
  merge: ['properties'],
  kind: 'detection',
  product: literal('Microsoft Defender for Endpoint'),
  title: ['title', 'alertTitle', 'ThreatFamilyName', 'category'],
  description: 'description',
  uid: ['id', 'AlertId'],
  time: ['alertCreationTime', 'firstEventTime', 'lastEventTime', 'Timestamp', 'time'],
  severity: [byWord('severity')],
  status: { from: 'status', closed: ['resolved', 'closed'], otherwise: 'open' },
  analytic: { uid: ['detectorId', 'title'], name: ['title', 'threatName'] },
  resources: [
    {
      type: 'host',
      name: ['computerDnsName', 'DeviceName', 'evidence.computerDnsName'],
      uid: ['machineId', 'DeviceId'],
    },
  ],
  actors: [
    { type: 'user', name: ['relatedUser.userName', 'AccountUpn', 'AccountName'] },
    {
      type: 'user',
      name: ['evidence.userPrincipalName', 'evidence.accountName'],
      uid: 'evidence.userSid',
    },
    { type: 'process', name: ['evidence.fileName', 'FileName'] },
  ],
  observables: [
    ['ip', 'artifact', ['evidence.ipAddress', 'RemoteIP', 'LocalIP']],
    ['url', 'artifact', ['evidence.url', 'RemoteUrl']],
    ['hash', 'artifact', ['evidence.sha256', 'evidence.sha1', 'SHA256', 'SHA1']],
    ['hostname', 'target', ['computerDnsName', 'DeviceName']],
    ['process', 'artifact', 'evidence.processCommandLine'],
  ],
  attacks: ['mitreTechniques', 'AttackTechniques'],
  remediation: { text: 'recommendedAction', url: literal('') },
  link: 'alertWebUrl',
});
