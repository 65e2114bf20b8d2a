import RE2 from 're2';
import type { FindingKind } from '../../domain/finding.ts';
import { declare } from '../declare.ts';
import { all, any, has } from '../recognise.ts';
import { joined, literal, matched, where } from '../sources.ts';
import { firstOf, type View } from '../view.ts';

const sensorNotes = ['CaptureLoss::', 'PacketFilter::', 'Weird::', 'Reporter::'];
const kindOf = (view: View): FindingKind =>
  sensorNotes.some((head) => firstOf(view, 'note').startsWith(head)) ? 'operational' : 'detection';

const commonName = new RE2(/\bCN=([A-Za-z0-9*.-]{3,253})/);

/** Zeek notices: JSON (also with `id.orig_h` flattened) and TSV. Zeek rates nothing; a rule may, by note. */
export const zeekNotice = declare({
  name: 'zeek-notice',
  recognises: all(
    has('note', 'msg'),
    any(has('ts'), has('uid'), has('src'), has('actions'), has('suppressfor'), has('peerdescr')),
  ),
  kind: kindOf,
  product: literal('Zeek'),
  title: joined(': ', 'note', 'msg'),
  description: joined(' ', 'msg', 'sub'),
  uid: ['uid', 'fuid'],
  time: ['ts', '_ts', 'timestamp'],
  analytic: { uid: 'note', name: 'note' },
  resources: [
    { type: 'host', name: ['dst', 'id.resp_h', 'id_resp_h'] },
    { type: 'host', name: where('proto', ['tcp', 'udp'], ['id.orig_h', 'id_orig_h']) },
  ],
  actors: [{ type: 'unknown', name: ['src', 'id.orig_h', 'id_orig_h'] }],
  observables: [
    ['ip', 'actor', ['src', 'id.orig_h', 'id_orig_h']],
    ['ip', 'target', ['dst', 'id.resp_h', 'id_resp_h']],
    ['domain', 'artifact', matched(commonName, 'sub')],
  ],
});
