import type { FindingKind, SeverityId } from '../../domain/finding.ts';
import type { Declaration } from '../declaration.ts';
import { declare } from '../declare.ts';
import { all, any, has, not, says } from '../recognise.ts';
import { joined, literal, paired, whole } from '../sources.ts';
import { byTable, byWord } from '../severity-rules.ts';
import { firstOf, type View } from '../view.ts';

const classes: Readonly<Record<string, FindingKind>> = {
  '2001': 'detection',
  '2002': 'vulnerability',
  '2003': 'policy_violation',
  '2004': 'detection',
  '2005': 'incident',
  '2006': 'detection',
  '2007': 'policy_violation',
  '2008': 'policy_violation',
};
const kindOf = (view: View): FindingKind => classes[firstOf(view, 'class_uid')] ?? 'audit';

const ids: Readonly<Record<string, SeverityId>> = {
  '1': 1,
  '2': 2,
  '3': 3,
  '4': 4,
  '5': 5,
  '6': 6,
};
const seen = (...types: readonly string[]): ReturnType<typeof paired> =>
  paired('observables', types, { name: 'typeid', value: 'value' });

const ocsf = {
  product: [joined(' ', 'metadata.product.name', 'metadata.product.vendor_name'), literal('OCSF')],
  title: ['finding_info.title', 'finding.title', 'message', 'type_name'],
  description: ['finding_info.desc', 'finding.desc', 'message', 'status_detail'],
  time: [
    'time_dt',
    'time',
    'finding_info.modified_time',
    'finding_info.created_time_dt',
    'finding_info.created_time',
    'finding_info.modified_time_dt',
    'metadata.original_time',
  ],
  severity: [byTable('severity_id', ids), byWord('severity')],
  status: {
    from: ['status_code', 'status', 'status_detail', 'state', 'activity_name', 'compliance.status'],
    closed: ['resolved', 'suppressed', 'archived', 'closed', 'close', 'pass', 'passed'],
    open: ['new', 'inprogress', 'fail', 'failed', 'create', 'update', 'active'],
    otherwise: 'open',
  },
  resources: [
    {
      type: 'cloud',
      name: ['resources.name', 'resource.name', 'affected_resources.name'],
      uid: ['resources.uid', 'resource.uid', 'affected_resources.uid'],
      account: 'cloud.account.uid',
      region: ['cloud.region', 'resources.region', 'resource.region'],
    },
    {
      type: 'host',
      name: [
        'device.hostname',
        'device.name',
        'evidences.device.hostname',
        'dst_endpoint.hostname',
        'dst_endpoint.ip',
      ],
      uid: 'device.uid',
    },
    { type: 'account', name: ['cloud.account.name'], uid: ['cloud.account.uid'] },
  ],
  actors: [
    {
      type: 'user',
      name: [
        'actor.user.name',
        'evidences.actor.user.name',
        'evidences.user.name',
        'actor.user.email_addr',
        'resources.data.AwsIamAccessKey.PrincipalName',
        'user.name',
      ],
      uid: [
        'actor.user.uid',
        'evidences.actor.user.uid',
        'resources.data.AwsIamAccessKey.PrincipalId',
      ],
    },
    {
      type: 'process',
      name: [
        'actor.process.name',
        'evidences.actor.process.name',
        'evidences.process.name',
        'process.name',
      ],
    },
  ],
  observables: [
    ['ip', 'artifact', seen('2')],
    ['hostname', 'artifact', seen('1')],
    ['domain', 'artifact', seen('1')],
    ['user', 'artifact', seen('4')],
    ['email', 'artifact', seen('5')],
    ['url', 'artifact', seen('6')],
    ['hash', 'artifact', seen('8')],
    ['file', 'artifact', seen('7', '24', '45')],
    [
      'hash',
      'artifact',
      [
        'evidences.file.hashes.value',
        'evidences.process.file.hashes.value',
        'file.hashes.value',
        'process.file.hashes.value',
        'actor.process.file.hashes.value',
        'malware.files.hashes.value',
      ],
    ],
    ['ip', 'actor', ['evidences.src_endpoint.ip', 'src_endpoint.ip']],
    ['ip', 'target', ['evidences.dst_endpoint.ip', 'dst_endpoint.ip', 'device.ip']],
  ],
  sweep: ['evidences', 'malware', 'process', 'file'],
  attacks: [
    'finding_info.attacks.technique.uid',
    'attacks.technique.uid',
    'finding_info.attacks.sub_technique.uid',
  ],
  remediation: {
    text: ['remediation.desc', 'finding.remediation.desc'],
    url: ['remediation.references', 'finding_info.src_url'],
  },
  link: ['finding_info.src_url', 'finding.src_url', 'unmapped.related_url'],
} as const satisfies Partial<Declaration>;

/** OCSF findings of any version and class (2001 to 2008): Security Hub, Security Lake, and whoever speaks it. */
export const ocsfFinding = declare({
  ...ocsf,
  name: 'ocsf-finding',
  recognises: all(
    has('classuid'),
    any(has('metadata.version'), has('findinginfo'), has('finding')),
    not(says('metadata.product.name', 'prowler')),
  ),
  kind: kindOf,
  uid: ['finding_info.uid', 'finding.uid', 'metadata.uid'],
  analytic: {
    uid: [
      'finding_info.analytic.uid',
      'metadata.event_code',
      'metadata.product.feature.uid',
      'finding_info.types',
    ],
    name: ['finding_info.analytic.name', 'finding_info.types', 'metadata.event_code'],
  },
  compliance: {
    standard: 'compliance.standards',
    control: 'compliance.control',
    status: 'compliance.status',
  },
});

/** Prowler writes its checks as OCSF detections; what identifies one is check and resource, not the run's own uid. */
export const prowlerOcsf = declare({
  ...ocsf,
  name: 'prowler-ocsf',
  recognises: all(has('classuid'), says('metadata.product.name', 'prowler')),
  skips: (view) => firstOf(view, 'status_code').toUpperCase() === 'PASS',
  kind: 'policy_violation',
  product: literal('Prowler'),
  uid: ['finding_info.uid', whole('/', 'metadata.event_code', 'resources.uid')],
  time: ['time_dt', 'time', 'finding_info.created_time', 'finding_info.created_time_dt'],
  analytic: { uid: 'metadata.event_code', name: 'metadata.event_code' },
  compliance: {
    standard: literal('Prowler'),
    control: 'metadata.event_code',
    status: 'status_code',
  },
});
