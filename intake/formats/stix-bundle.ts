import RE2 from 're2';
import { isObject, type Json } from '../../domain/json.ts';
import { declare } from '../declare.ts';
import { textAt } from '../fields.ts';
import { all, isList, says } from '../recognise.ts';
import { joined, literal, matched } from '../sources.ts';
import { valuesAt, type Source } from '../view.ts';

/** Of the objects of these types, the values of one key, in the order of the types. */
const of =
  (key: string, ...types: readonly string[]): Source =>
  (view) =>
    types.flatMap((type) =>
      valuesAt(view, 'objects')
        .filter((item: Json) => isObject(item) && item['type'] === type)
        .map((item) => textAt(item, key)),
    );

const told = [
  'indicator',
  'malware',
  'campaign',
  'intrusion-set',
  'threat-actor',
  'attack-pattern',
  'report',
  'tool',
  'vulnerability',
];
const quoted = new RE2(/'((?:[^'\\]|\\.)+)'\s*\]?/);

/** STIX 2 bundles: intelligence, one finding for the bundle. What is in its patterns are the observables. */
export const stixBundle = declare({
  name: 'stix-bundle',
  recognises: all(says('type', 'bundle'), isList('objects')),
  kind: 'intelligence',
  product: joined(' ', literal('STIX'), of('name', 'identity')),
  title: [of('name', ...told), literal('STIX bundle')],
  description: of('description', ...told),
  uid: 'id',
  time: [of('modified', ...told), of('created', ...told)],
  observables: [
    [
      'ip',
      'artifact',
      [matched(quoted, of('pattern', 'indicator')), of('value', 'ipv4-addr', 'ipv6-addr')],
    ],
    ['hash', 'artifact', matched(quoted, of('pattern', 'indicator'))],
    ['url', 'artifact', [matched(quoted, of('pattern', 'indicator')), of('value', 'url')]],
    [
      'domain',
      'artifact',
      [matched(quoted, of('pattern', 'indicator')), of('value', 'domain-name')],
    ],
  ],
  prose: literal(''),
  attacks: of('externalreferences.externalid', 'attack-pattern'),
});
