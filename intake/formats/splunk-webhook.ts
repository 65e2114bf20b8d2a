import { declare } from '../declare.ts';
import { any, has } from '../recognise.ts';
import { changed, joined, literal } from '../sources.ts';
import { byWord } from '../severity-rules.ts';

const column = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `result.${name}`);

const hostOf = (url: string): string => {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
};

/** Splunk's stock webhook action: the first row of a search, all values text. `sid` is new with every run. */
export const splunkWebhook = declare({
  name: 'splunk-webhook',
  recognises: any(has('sid', 'result'), has('resultslink', 'result')),
  kind: 'detection',
  product: literal('Splunk'),
  title: [
    ...column('title', 'rule_name', 'alert_name'),
    'search_name',
    joined(' ', literal('Splunk search'), column('signature', 'source', 'sourcetype')),
    literal('Splunk alert'),
  ],
  description: column('description', 'message', 'msg', '_raw'),
  uid: [...column('event_id', 'alert_id'), 'sid'],
  time: column('_time', 'time', 'timestamp', '_indextime'),
  severity: [byWord(...column('severity', 'urgency', 'priority'), 'severity')],
  status: {
    from: column('status', 'state'),
    closed: ['closed', 'resolved', 'ok', 'cleared'],
    open: ['new', 'open'],
    otherwise: 'unknown',
  },
  analytic: { uid: joined('/', 'app', 'search_name'), name: 'search_name' },
  resources: [
    {
      type: 'host',
      name: column('dest_host', 'dest_name', 'dest', 'host', 'dvc', 'ComputerName', 'hostname'),
    },
    { type: 'host', name: changed(column('url'), hostOf) },
    { type: 'service', name: column('app', 'service', 'sourcetype') },
  ],
  actors: [
    {
      type: 'user',
      name: column('user', 'src_user', 'username', 'user_name', 'Account_Name', 'userName'),
    },
    { type: 'process', name: column('process_name', 'process') },
  ],
  observables: [
    ['ip', 'actor', column('src', 'src_ip', 'srcip', 'clientip', 'client_ip', 'source_ip')],
    ['ip', 'target', column('dest', 'dest_ip', 'dstip', 'destination_ip')],
    ['url', 'artifact', column('url', 'uri', 'http_url')],
    ['hash', 'artifact', column('file_hash', 'hash', 'sha256', 'md5', 'sha1')],
    ['domain', 'artifact', column('query', 'domain', 'dest_domain')],
  ],
  sweep: ['result'],
  prose: 'search_name',
  attacks: column('mitre_technique_id', 'annotations.mitre_attack'),
  link: 'results_link',
});
