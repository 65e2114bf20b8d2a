import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { joined, literal } from '../sources.ts';

/** AWS Cost Anomaly Detection. It states no severity: what an impact means is for a rule to say. */
export const awsCostAnomaly = declare({
  name: 'aws-cost-anomaly',
  recognises: has('anomalyid', 'monitorarn'),
  kind: 'cost',
  product: literal('AWS Cost Anomaly Detection'),
  title: joined(': ', literal('Cost anomaly'), 'dimensionalValue', 'rootCauses.service'),
  uid: 'anomalyId',
  time: ['anomalyStartDate', 'anomalyEndDate'],
  status: { from: [], closed: [], otherwise: 'open' },
  analytic: { uid: 'monitorArn', name: ['monitorName', 'monitorArn'] },
  resources: [
    { type: 'account', name: 'rootCauses.linkedAccountName', uid: 'rootCauses.linkedAccount' },
    { type: 'account', name: 'accountId' },
    {
      type: 'service',
      name: ['rootCauses.service', 'dimensionalValue'],
      region: 'rootCauses.region',
    },
  ],
  link: 'anomalyDetailsLink',
});
