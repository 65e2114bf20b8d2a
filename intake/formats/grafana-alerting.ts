import RE2 from 're2';
import { isObject } from '../../domain/json.ts';
import { declare } from '../declare.ts';
import type { Draft, FormatReader } from '../draft.ts';
import { listAt, textAt } from '../fields.ts';
import { any, has } from '../recognise.ts';
import { changed, literal } from '../sources.ts';
import { readAlert } from './alertmanager.ts';

/** Grafana's alerting webhooks: Alertmanager's shape, with `orgId`, values and links of its own. */
export const grafanaAlerting: FormatReader = {
  name: 'grafana-alerting',
  recognises: (value) =>
    Array.isArray(value['alerts']) &&
    ('orgId' in value || ('state' in value && 'receiver' in value && 'title' in value)),
  read: (value, envelope) =>
    listAt(value, 'alerts')
      .filter(isObject)
      .map((alert): Draft => {
        const read = readAlert(alert, value, envelope);
        return {
          ...read,
          format: 'grafana-alerting',
          product: 'Grafana Alerting',
          link: textAt(alert, 'panelURL', 'dashboardURL', 'generatorURL') || read.link,
        };
      }),
};

const tags = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `evalMatches.tags.${name}`);
const marks = new RE2(/^\[(?:Alerting|OK|No Data|Pending|Paused)\]\s*/i);

/** Grafana before version 9: a rule with the series that matched; `ok` sends none of them. */
export const grafanaLegacy = declare({
  name: 'grafana-alerting',
  recognises: any(has('ruleid', 'evalmatches'), has('ruleid', 'rulename', 'state')),
  kind: 'operational',
  product: literal('Grafana'),
  title: [changed('title', (text) => marks.replace(text, '')), 'ruleName'],
  description: 'message',
  uid: 'ruleId',
  time: ['time', 'timestamp'],
  status: {
    from: 'state',
    closed: ['ok'],
    open: ['alerting', 'nodata', 'pending'],
    otherwise: 'unknown',
  },
  analytic: { uid: 'ruleId', name: 'ruleName' },
  resources: [
    { type: 'host', name: tags('instance', 'host', 'hostname', 'node') },
    { type: 'host', name: tags('info.host_id', 'instance_id') },
    { type: 'service', name: tags('service', 'job', 'app') },
    { type: 'pod', name: tags('pod'), namespace: tags('namespace') },
  ],
  link: 'ruleUrl',
});
