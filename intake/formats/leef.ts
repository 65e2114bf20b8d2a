import RE2 from 're2';
import { declare } from '../declare.ts';
import { has } from '../recognise.ts';
import { joined, matched } from '../sources.ts';
import { byScale } from '../severity-rules.ts';

const field = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `attributes.${name}`);
const digits = new RE2(/^(\d{1,2})/);

/** Log Event Extended Format: it has an event id, and a headline only if the sender adds one. */
export const leef = declare({
  name: 'leef',
  recognises: has('leefversion', 'attributes'),
  kind: 'detection',
  product: joined(' ', 'vendor', 'product'),
  title: joined(
    ': ',
    field('name', 'eventName', 'title', 'cat'),
    joined(' ', 'product', 'eventId'),
  ),
  description: field('msg', 'message', 'reason', 'desc'),
  uid: field('externalId', 'identifier', 'uid', 'logId'),
  time: [...field('devTime', 'eventTime', 'startTime'), 'syslog.time'],
  severity: [byScale(matched(digits, field('sev', 'severity')), [0, 1, 4, 7, 9])],
  analytic: {
    uid: joined('/', 'vendor', 'product', 'eventId'),
    name: joined(' ', 'product', 'eventId'),
  },
  resources: [
    { type: 'host', name: field('dstHostName', 'identHostName', 'resource', 'dst') },
    { type: 'host', name: 'syslog.host' },
    { type: 'host', name: field('src') },
  ],
  actors: [{ type: 'user', name: field('usrName', 'accountName', 'identUserName') }],
  observables: [
    ['ip', 'actor', field('src', 'srcPostNAT', 'srcPreNAT')],
    ['ip', 'target', field('dst', 'dstPostNAT', 'dstPreNAT', 'identSrc')],
    ['url', 'artifact', field('url')],
    ['hash', 'artifact', field('sha256', 'sha1', 'md5', 'fileHash')],
  ],
  sweep: ['attributes'],
});
