import RE2 from 're2';
import { declare } from '../declare.ts';
import { everyMatch } from '../every-match.ts';
import { all, any, has, says } from '../recognise.ts';
import { literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';
import { textsOf, type Source, type View } from '../view.ts';

const pair = new RE2(/\b([A-Za-z_][\w.]*)="((?:[^"\\]|\\.)*)"/g);

type Pairs = readonly (readonly [key: string, value: string])[];

/** The notable's own fields stand in `_raw`, as repeated `key="value"`; they are taken apart once for all fields. */
function pairsOf(view: View): Pairs {
  const known = taken.get(view.value);
  if (known !== undefined) return known;
  const text = textsOf(view, '_raw')[0]?.slice(0, 32_768) ?? '';
  const pairs = everyMatch(pair, text).map(
    (match) => [String(match[1]), String(match[2])] as const,
  );
  taken.set(view.value, pairs);
  return pairs;
}

const taken = new WeakMap<View['value'], Pairs>();

const inRaw =
  (...keys: readonly string[]): Source =>
  (view) =>
    keys.flatMap((key) => pairsOf(view).flatMap(([name, value]) => (name === key ? [value] : [])));

/** Splunk Enterprise Security notable events. */
export const splunkEsNotable = declare({
  name: 'splunk-es-notable',
  recognises: any(
    all(
      says('index', 'notable'),
      any(has('raw'), has('rulename'), has('searchname'), has('source')),
    ),
    has('eventid', 'rulename', 'securitydomain'),
    has('result.eventid', 'result.rulename'),
    all(has('result.raw'), says('result.index', 'notable')),
  ),
  merge: ['result'],
  kind: 'detection',
  product: literal('Splunk Enterprise Security'),
  title: [
    'rule_title',
    'rule_name',
    'search_name',
    inRaw('rule_title', 'rule_name', 'search_name'),
    'source',
  ],
  description: ['rule_description', inRaw('rule_description', 'savedsearch_description')],
  uid: ['event_id', 'event_hash', '_bkt', '_cd'],
  time: ['_time', inRaw('orig_time'), 'orig_time', '_indextime'],
  severity: [byWord('urgency', 'severity', inRaw('urgency', 'severity'))],
  status: {
    from: ['status_label', 'status'],
    closed: ['closed', 'resolved', '5', '4'],
    open: ['new', 'unassigned', 'inprogress', 'pending', '0', '1', '2', '3'],
    otherwise: 'unknown',
  },
  analytic: {
    uid: ['rule_id', 'search_name', inRaw('search_name'), 'source'],
    name: ['rule_name', 'search_name', inRaw('search_name'), 'source'],
  },
  resources: [
    {
      type: 'host',
      name: ['dest', 'dest_host', 'orig_host', inRaw('dest', 'dest_host', 'dvc', 'orig_host')],
    },
    { type: 'service', name: ['app', inRaw('app', 'vd', 'vendor_product')] },
  ],
  actors: [{ type: 'user', name: ['user', 'src_user', inRaw('user', 'src_user')] }],
  observables: [
    ['ip', 'actor', ['src', 'src_ip', inRaw('src', 'src_ip')]],
    ['ip', 'target', ['dest', 'dest_ip', inRaw('dest', 'dest_ip')]],
    ['hash', 'artifact', ['file_hash', inRaw('file_hash')]],
    ['url', 'artifact', ['url', inRaw('url')]],
    ['domain', 'artifact', ['query', inRaw('query', 'domain')]],
  ],
  prose: literal(''),
  attacks: [
    'annotations.mitre_attack',
    inRaw('annotations.mitre_attack.mitre_technique_id', 'annotations.mitre_attack'),
  ],
  link: ['drilldown_uri', 'results_link'],
});
