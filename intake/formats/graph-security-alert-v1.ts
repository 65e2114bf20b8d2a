import { declare } from '../declare.ts';
import { all, any, has } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

/** Microsoft Graph security alerts, first version: vendorInformation, hostStates, userStates. */
export const graphSecurityAlertV1 = declare({
  name: 'graph-security-alert-v1',
  recognises: any(
    has('vendorinformation.provider'),
    has('vendorinformationprovider'),
    all(has('azuretenantid'), any(has('hoststates'), has('userstates'), has('eventdatetime'))),
  ),
  kind: 'detection',
  product: joined(
    ' ',
    ['vendorInformation.vendor', 'vendorInformationvendor', literal('Microsoft')],
    ['vendorInformation.provider', 'vendorInformationprovider'],
  ),
  title: ['title', 'category'],
  description: 'description',
  uid: 'id',
  time: ['eventDateTime', 'createdDateTime', 'lastModifiedDateTime'],
  severity: [byWord('severity')],
  status: { from: 'status', closed: ['resolved', 'dismissed'], otherwise: 'open' },
  analytic: { uid: ['detectionIds', 'category'], name: 'category' },
  resources: [
    { type: 'host', name: ['hostStates.fqdn', 'hostStates.netBiosName'] },
    {
      type: 'cloud',
      name: ['cloudAppStates.destinationServiceName', 'securityResources.resource'],
    },
    { type: 'account', name: 'azureSubscriptionId' },
  ],
  actors: [
    {
      type: 'user',
      name: ['userStates.userPrincipalName', 'userStates.accountName'],
      uid: ['userStates.onPremisesSecurityIdentifier', 'userStates.aadUserId'],
    },
    { type: 'process', name: 'processes.name' },
  ],
  observables: [
    ['ip', 'target', ['hostStates.privateIpAddress', 'hostStates.publicIpAddress']],
    ['ip', 'actor', ['userStates.logonIp', 'networkConnections.sourceAddress']],
    ['ip', 'artifact', 'networkConnections.destinationAddress'],
    ['domain', 'artifact', 'networkConnections.destinationDomain'],
    ['hash', 'artifact', ['fileStates.fileHash.hashValue', 'processes.fileHash.hashValue']],
    ['file', 'artifact', 'fileStates.path'],
  ],
  remediation: { text: 'recommendedActions', url: literal('') },
  link: 'sourceMaterials',
});
