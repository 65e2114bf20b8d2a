import { declare } from '../declare.ts';
import { all, any, has, isList } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

const entity = (name: string): readonly string[] => [
  `alerts.entities.${name}`,
  `alerts.evidence.${name}`,
];

/** Microsoft Defender XDR incidents: an incident that was merged into another carries that one's id. */
export const defenderXdrIncident = declare({
  name: 'defender-xdr-incident',
  recognises: any(
    all(
      has('incidentid', 'incidentname'),
      any(isList('alerts'), has('incidenturi'), has('redirectincidentid')),
    ),
    has('incidentweburl', 'redirectincidentid'),
  ),
  kind: 'incident',
  product: joined(': ', literal('Microsoft Defender XDR'), 'alerts.serviceSource'),
  title: ['incidentName', 'displayName', 'alerts.title'],
  description: ['description', 'summary', 'alerts.description'],
  uid: ['redirectIncidentId', 'incidentId', 'id'],
  time: ['createdTime', 'createdDateTime', 'alerts.creationTime', 'lastUpdateTime'],
  severity: [byWord('severity', 'alerts.severity')],
  status: { from: 'status', closed: ['resolved', 'redirected', 'closed'], otherwise: 'open' },
  resources: [
    {
      type: 'host',
      name: ['alerts.devices.deviceDnsName', 'alerts.devices.hostName'],
      uid: 'alerts.devices.mdatpDeviceId',
    },
    { type: 'account', name: entity('mailboxAddress') },
  ],
  actors: [
    { type: 'user', name: entity('userPrincipalName'), uid: entity('aadUserId') },
    { type: 'user', name: entity('accountName'), uid: entity('userSid') },
    { type: 'user', name: ['alerts.actorName', ...entity('sender')] },
  ],
  observables: [
    ['ip', 'artifact', entity('ipAddress')],
    ['url', 'artifact', entity('url')],
    ['hash', 'artifact', [...entity('sha256'), ...entity('sha1')]],
    ['file', 'artifact', entity('fileName')],
    ['email', 'artifact', [...entity('sender'), ...entity('recipient')]],
  ],
  attacks: 'alerts.mitreTechniques',
  link: ['incidentUri', 'incidentWebUrl'],
});
