import { declare } from '../declare.ts';
import { all, any, has, isList } from '../recognise.ts';
import { afterLast, changed, joined, literal, paired } from '../sources.ts';
import { byTable } from '../severity-rules.ts';

const typed = (...types: readonly string[]): ReturnType<typeof paired> =>
  paired('Attribute', types, { name: 'type', value: 'value' });

const beforeBar = (...types: readonly string[]): ReturnType<typeof paired> =>
  changed(typed(...types), (text) => text.split('|', 1)[0] ?? '');

/** MISP events: intelligence. A link is where it was read, not an indicator. */
export const mispEvent = declare({
  name: 'misp-event',
  recognises: any(
    all(
      has('event.uuid'),
      any(isList('event.attribute'), has('event.threatlevelid'), has('event.info')),
    ),
    has('threatlevelid', 'attribute', 'info'),
  ),
  merge: ['Event'],
  kind: 'intelligence',
  product: joined(' ', literal('MISP'), 'Orgc.name'),
  title: 'info',
  uid: 'uuid',
  time: ['timestamp', 'publish_timestamp', 'date'],
  severity: [byTable('threat_level_id', { '1': 4, '2': 3, '3': 2, '4': 1 })],
  observables: [
    ['hash', 'artifact', typed('md5', 'sha1', 'sha256', 'sha512', 'sha224', 'sha384')],
    ['ip', 'actor', typed('ipsrc', 'ipdst')],
    ['domain', 'artifact', typed('domain', 'hostname')],
    ['url', 'artifact', typed('url')],
    ['email', 'artifact', typed('emailsrc', 'emaildst', 'email')],
    ['file', 'artifact', typed('filename')],
    ['hash', 'artifact', afterLast('|', typed('filename|md5', 'filename|sha1', 'filename|sha256'))],
    ['ip', 'actor', beforeBar('ipsrc|port', 'ipdst|port')],
    ['domain', 'artifact', beforeBar('domain|ip')],
  ],
});
