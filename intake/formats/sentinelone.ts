import RE2 from 're2';
import { declare } from '../declare.ts';
import { all, any, has } from '../recognise.ts';
import { joined, literal, matched } from '../sources.ts';
import { textsOf, type Source } from '../view.ts';
import { byTable, byWord } from '../severity-rules.ts';

const on = new RE2(
  /\b(?:detected on|on endpoint|on device|on agent) ([A-Za-z0-9][\w.-]{1,62}[A-Za-z0-9])/,
);

/** Of the API's threats the outer id is the threat's; an activity's is only its own. */
const ownId: Source = (view) => (view.value['threatinfo'] === undefined ? [] : textsOf(view, 'id'));

/** SentinelOne: threats and alerts of its API, and activities. It rates how sure it is, not how bad a threat is. */
export const sentinelone = declare({
  name: 'sentinelone',
  recognises: any(
    has('threatinfo'),
    has('activitytype', 'activityuuid'),
    all(has('activitytype'), has('agentid')),
    has('agentrealtimeinfo'),
    has('agentdetectioninfo', 'alertinfo'),
    has('alertinfo.alertid'),
  ),
  merge: ['data', 'threatInfo', 'alertInfo'],
  kind: 'detection',
  product: literal('SentinelOne'),
  title: [
    joined(': ', ['rulename', 'ruleInfo.name'], 'primarydescription'),
    joined(' ', literal('SentinelOne threat'), 'threatName', 'classification', 'confidenceLevel'),
  ],
  description: ['primarydescription', 'ruleInfo.description', 'classification'],
  uid: [ownId, 'alertid', 'threatid', 'activityuuid', 'id'],
  time: ['detectedat', 'identifiedAt', 'createdat', 'updatedat'],
  severity: [
    byTable('severity', { ecritical: 5, ehigh: 4, emedium: 3, elow: 2, einfo: 1 }),
    byWord('severity', 'ruleInfo.severity'),
    byTable('confidencelevel', { malicious: 4, suspicious: 3 }),
  ],
  status: {
    from: ['incidentStatus', 'status'],
    closed: ['resolved', 'closed'],
    otherwise: 'open',
  },
  analytic: {
    uid: ['ruleid', 'ruleInfo.id', 'threatName', 'filedisplayname', 'threatclassification'],
    name: ['rulename', 'ruleInfo.name', 'threatName', 'threatclassification'],
  },
  resources: [
    {
      type: 'host',
      name: [
        'agentRealtimeInfo.agentComputerName',
        'agentDetectionInfo.name',
        'computername',
        'agentcomputername',
        'origagentname',
        matched(on, 'primarydescription'),
      ],
      uid: ['agentRealtimeInfo.agentId', 'agentid', 'agentRealtimeInfo.agentUuid'],
    },
    { type: 'other', name: ['filedisplayname', 'filepath', 'threatName'] },
  ],
  actors: [
    {
      type: 'user',
      name: [
        'agentDetectionInfo.agentLastLoggedInUserName',
        'processUser',
        'username',
        'sourceProcessInfo.user',
        'sourceprocessusername',
        'sourceparentprocessusername',
        'loginsusername',
      ],
    },
    { type: 'process', name: ['originatorProcess', 'sourceProcessInfo.name', 'sourceprocessname'] },
  ],
  observables: [
    [
      'hash',
      'artifact',
      [
        'sha256',
        'sha1',
        'md5',
        'filecontenthash',
        'secondarydescription',
        'sourceProcessInfo.fileHashSha256',
        'sourceProcessInfo.fileHashSha1',
        'sourceProcessInfo.fileHashMd5',
        'sourceprocesssha256',
        'sourceprocesssha1',
        'sourceprocessmd5',
        'sourceparentprocesssha256',
        'sourceparentprocesssha1',
        'sourceparentprocessmd5',
        'tgtfilehashsha256',
        'tgtfilehashsha1',
        'modulesha1',
      ],
    ],
    [
      'ip',
      'target',
      [
        'agentipv4',
        'agentDetectionInfo.agentIpV4',
        'agentDetectionInfo.externalIp',
        'externalip',
        'agentRealtimeInfo.networkInterfaces.inet',
      ],
    ],
    ['ip', 'artifact', ['dstip', 'srcip', 'srcMachineIp']],
    ['domain', 'artifact', 'dnsrequest'],
    ['file', 'artifact', 'filepath'],
  ],
  attacks: ['indicators.tactics.techniques.name'],
});
