import RE2 from 're2';
import type { FindingKind } from '../../domain/finding.ts';
import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { changed, joined } from '../sources.ts';
import { byScale, byTable } from '../severity-rules.ts';
import { firstOf, textsOf, type Source, type Sources, type View } from '../view.ts';

const routine = new RE2(
  /\b(?:log ?in|log ?on|log ?off|log ?out|authenticat\w*|password|session|upload|download|audit|web request|verify|connect(?:ed|ion)?|access(?:ed)?|permit(?:ted)?|accept(?:ed)?)\b/i,
);
const alarming = new RE2(
  /\b(?:fail\w*|attack|malware|trojan|virus|threat|suspicious|malicious|block\w*|denied|brute|exploit|intrusion|anomal\w*)\b/i,
);

/** CEF carries logs as well as alerts; what the name says decides. */
function kindOf(view: View): FindingKind {
  const name = `${firstOf(view, 'name')} ${firstOf(view, ['extension.cat', 'extension.act'])}`;
  if (alarming.test(name)) return 'detection';
  return routine.test(name) || ['0', '1'].includes(firstOf(view, 'severity'))
    ? 'audit'
    : 'detection';
}

const field = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `extension.${name}`);
const withoutSlash = changed(field('request', 'url'), (text) => text.split('/')[2] ?? '');

const httpOnly =
  (sources: Sources): Source =>
  (view) =>
    textsOf(view, sources).filter(
      (text) => text.startsWith('https://') || text.startsWith('http://'),
    );

/** Common Event Format, of whichever product. */
export const cef = declare({
  name: 'cef',
  recognises: has('cefversion', 'extension'),
  kind: kindOf,
  product: joined(' ', 'deviceVendor', 'deviceProduct'),
  title: ['name', 'signatureId'],
  description: field('msg', 'message', 'reason'),
  uid: field('externalId', 'eventId'),
  time: [...field('rt', 'start', 'end', 'deviceReceiptTime', 'startTime', 'art'), 'syslog.time'],
  severity: [
    byTable('severity', {
      low: 2,
      medium: 3,
      high: 4,
      veryhigh: 5,
      critical: 5,
      informational: 1,
      info: 1,
    }),
    byScale('severity', [0, 1, 4, 7, 9]),
  ],
  analytic: { uid: joined('/', 'deviceVendor', 'deviceProduct', 'signatureId'), name: 'name' },
  resources: [
    { type: 'host', name: field('dhost', 'destinationHostName', 'dst', 'destinationAddress') },
    { type: 'host', name: field('dvchost', 'deviceHostName', 'dvc', 'deviceAddress') },
    { type: 'host', name: field('shost', 'sourceHostName', 'src', 'sourceAddress') },
    { type: 'service', name: field('destinationServiceName', 'sourceServiceName', 'app') },
    { type: 'other', name: field('filePath', 'fname', 'fileName') },
    { type: 'host', name: withoutSlash },
    { type: 'host', name: 'syslog.host' },
  ],
  actors: [
    { type: 'user', name: field('suser', 'sourceUserName'), uid: field('suid') },
    { type: 'user', name: field('duser', 'destinationUserName'), uid: field('duid') },
    { type: 'process', name: field('sproc', 'sourceProcessName', 'dproc') },
  ],
  observables: [
    ['ip', 'actor', field('src', 'sourceAddress', 'sourceTranslatedAddress', 'c6a2')],
    [
      'ip',
      'target',
      field(
        'dst',
        'destinationAddress',
        'destinationTranslatedAddress',
        'dvc',
        'shost',
        'dhost',
        'c6a3',
      ),
    ],
    ['hash', 'artifact', field('fileHash', 'oldFileHash', 'sha256', 'sha1', 'md5', 'hash')],
    ['url', 'artifact', field('request', 'requestUrl', 'url')],
    [
      'domain',
      'artifact',
      field('destinationDnsDomain', 'sourceDnsDomain', 'query', 'domain', 'dhost'),
    ],
    ['file', 'artifact', field('filePath', 'fname')],
  ],
  sweep: ['extension'],
  link: httpOnly(field('portalURL', 'cs1', 'cs2', 'cs3', 'cs4', 'cs5', 'cs6', 'link')),
  attacks: field('mitreTechnique', 'technique', 'cat_technique'),
});
