import { declare } from '../declare.ts';
import { any, has, starts } from '../recognise.ts';
import { joined, literal } from '../sources.ts';
import { byScale, byTable, byWord } from '../severity-rules.ts';

/**
 * CrowdStrike Falcon: event stream (`metadata` and `event`), data replicator, and the alerts API. Severity is a number
 * from 1 to 5 in older and from 1 to 100 in newer forms, so that the name is read first.
 */
export const crowdstrikeFalcon = declare({
  name: 'crowdstrike-falcon',
  recognises: any(
    has('externalapitype'),
    has('event.externalapitype'),
    has('compositeid'),
    has('metadata.customeridstring', 'event'),
    has('falconhostlink'),
    starts(
      'metadata.eventtype',
      'detectionsummaryevent',
      'eppdetectionsummaryevent',
      'identityprotection',
      'incidentsummaryevent',
    ),
  ),
  merge: ['event'],
  kind: 'detection',
  product: literal('CrowdStrike Falcon'),
  title: joined(
    ': ',
    ['DetectName', 'Name', 'display_name', 'IncidentDescription', 'OperationName'],
    ['Description', 'DetectDescription', 'IncidentDescription'],
  ),
  description: ['DetectDescription', 'Description', 'PatternDispositionDescription'],
  uid: ['CompositeId', 'composite_id', 'DetectId', 'detection_id', 'IncidentID', 'EventUUID', 'id'],
  time: [
    'ProcessStartTime',
    'created_timestamp',
    'ContextTimeStamp',
    'StartTime',
    'UTCTimestamp',
    'metadata.eventCreationTime',
    'timestamp',
  ],
  severity: [
    byWord('SeverityName', 'severity_name', 'max_severity_displayname'),
    byTable('Severity', { '1': 1, '2': 2, '3': 3, '4': 4, '5': 5 }),
    byScale('Severity', [1, 20, 40, 60, 80]),
  ],
  status: {
    from: ['status', 'State'],
    closed: ['closed', 'truepositive', 'falsepositive', 'ignored', 'resolved'],
    otherwise: 'open',
  },
  analytic: {
    uid: ['PatternId', 'pattern_id', 'DetectName', 'Name'],
    name: ['DetectName', 'Name', 'display_name'],
  },
  resources: [
    {
      type: 'host',
      name: [
        'Hostname',
        'ComputerName',
        'device.hostname',
        'SourceEndpointHostName',
        'EndpointName',
      ],
      uid: ['AgentIdString', 'SensorId', 'aid', 'device.device_id', 'agent_id'],
    },
  ],
  actors: [
    {
      type: 'user',
      name: ['UserName', 'user_name', 'SourceAccountName', 'SourceAccountUpn', 'AccountName'],
      uid: ['user_id', 'UserId', 'SourceAccountObjectSid'],
    },
    { type: 'process', name: ['FileName', 'filename'] },
  ],
  observables: [
    [
      'ip',
      'target',
      ['LocalIP', 'LocalIPv6', 'device.local_ip', 'device.external_ip', 'LocalAddressIP4'],
    ],
    [
      'ip',
      'actor',
      [
        'SourceEndpointIpAddress',
        'OriginSourceIpAddress',
        'RemoteAddressIP4',
        'NetworkAccesses.RemoteAddress',
      ],
    ],
    [
      'hash',
      'artifact',
      [
        'SHA256String',
        'MD5String',
        'SHA1String',
        'sha256',
        'md5',
        'sha1',
        'IOCValue',
        'AssociatedFile',
      ],
    ],
    ['domain', 'artifact', ['DomainName', 'DnsRequests.DomainName', 'IOCValue']],
    ['process', 'artifact', ['CommandLine', 'cmdline']],
    ['file', 'artifact', ['FilePath', 'filepath', 'ImageFileName']],
    ['hostname', 'target', ['Hostname', 'ComputerName', 'device.hostname']],
    ['mac', 'target', ['MACAddress', 'device.mac_address']],
  ],
  sweep: ['QuarantineFiles', 'DnsRequests', 'NetworkAccesses', 'DocumentsAccessed'],
  attacks: [
    'technique_id',
    'tactic_id',
    'MitreAttack.TechniqueID',
    'mitre_attack.technique_id',
    'Technique',
    'Tactic',
  ],
  link: ['FalconHostLink', 'falcon_host_link'],
});
