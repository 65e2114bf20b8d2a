import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { joined, literal, whole } from '../sources.ts';
import { byTable } from '../severity-rules.ts';

/** Suricata's EVE alerts. Severity runs backwards: 1 is the worst. */
export const suricataEve = declare({
  name: 'suricata-eve',
  recognises: any(has('eventtype', 'alert.signatureid'), has('flowid', 'alert.signature')),
  kind: 'detection',
  product: literal('Suricata'),
  title: ['alert.signature', joined(' ', literal('Suricata signature'), 'alert.signature_id')],
  description: joined(' ', 'alert.category', 'http.hostname', 'http.url'),
  uid: ['flow_id', 'community_id', 'alert.signature_id'],
  time: 'timestamp',
  severity: [byTable('alert.severity', { '1': 4, '2': 3, '3': 2, '4': 1 })],
  analytic: {
    uid: whole(':', 'alert.gid', 'alert.signature_id'),
    name: ['alert.signature', 'alert.signature_id'],
  },
  resources: [
    { type: 'host', name: ['src_ip', 'dest_ip'] },
    { type: 'host', name: ['host'] },
  ],
  actors: [{ type: 'unknown', name: 'src_ip' }],
  observables: [
    ['ip', 'actor', ['alert.source.ip', 'src_ip']],
    ['ip', 'target', ['alert.target.ip', 'dest_ip']],
    [
      'domain',
      'artifact',
      ['http.hostname', 'tls.sni', 'dns.query.rrname', 'dns.rrname', 'dns.queries.rrname'],
    ],
    [
      'hash',
      'artifact',
      [
        'fileinfo.sha256',
        'fileinfo.md5',
        'fileinfo.sha1',
        'files.sha256',
        'files.md5',
        'tls.ja3.hash',
      ],
    ],
    ['file', 'artifact', 'fileinfo.filename'],
    ['url', 'artifact', 'http.http_refer'],
  ],
  attacks: ['alert.metadata.mitre_technique_id'],
});
