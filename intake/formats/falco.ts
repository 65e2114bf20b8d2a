import { isObject, type JsonObject } from '../../domain/json.ts';
import type { SeverityId } from '../../domain/finding.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { at, asText, objectAt, textAt, textsAt } from '../fields.ts';
import { actor, actorList, ObservableList, resource, resourceList } from '../observables.ts';
import { parseTime } from '../times.ts';

/** Falco's JSON output, also as falcosidekick forwards it. It has no id of its own unless the sidekick adds `uuid`. */
export const falco: FormatReader = {
  name: 'falco',
  recognises: (value) =>
    isObject(value['output_fields']) &&
    typeof value['rule'] === 'string' &&
    typeof value['priority'] === 'string',
  read: (value, envelope) => [readAlert(value, envelope)],
};

const priorities: { readonly [word: string]: SeverityId } = {
  emergency: 5,
  alert: 5,
  critical: 5,
  error: 4,
  warning: 3,
  notice: 2,
  informational: 1,
  info: 1,
  debug: 1,
};

function readAlert(alert: JsonObject, envelope: Envelope): Draft {
  const fields = objectAt(alert, 'output_fields') ?? {};
  const field = (name: string): string => clean(asText(fields[name]));
  const rule = textAt(alert, 'rule');
  const priority = textAt(alert, 'priority');
  const output = textAt(alert, 'output');
  const internal = rule.startsWith('Falco internal');
  return draft({
    format: 'falco',
    kind: internal ? 'operational' : 'detection',
    uid: textAt(alert, 'uuid') || envelope.uid,
    title: rule,
    description: output,
    time: parseTime(at(alert, 'time')) ?? parseTime(fields['evt.time']) ?? envelope.time,
    severityId: priorities[priority.toLowerCase()] ?? 0,
    severitySource: { path: 'priority', value: priority },
    product: 'Falco',
    analytic: { uid: rule, name: rule },
    resources: resources(alert, field),
    actors: actorList(
      actor('user', field('user.name')),
      actor('user', field('ka.user.name')),
      actor('user', field('user.loginname')),
      actor('process', field('proc.name') || field('proc.exepath'), field('proc.pid')),
    ),
    observables: new ObservableList()
      .add('ip', 'actor', field('fd.cip'), field('fd.rip'))
      .add('ip', 'target', field('fd.sip'), field('fd.lip'))
      .add(
        'file',
        'artifact',
        field('fd.name').startsWith('/') ? field('fd.name') : '',
        field('proc.exepath'),
      )
      .add('process', 'artifact', field('proc.cmdline'))
      .addFromTree(fields)
      .addFromText(output)
      .list(),
    attacks: textsAt(alert, 'tags')
      .map(asTechnique)
      .filter((tag) => tag !== ''),
    unmapped: {
      output_fields: fields,
      tags: textsAt(alert, 'tags'),
      source: textAt(alert, 'source'),
    },
  });
}

/** Falco writes `<NA>` where a field has no value. */
const clean = (text: string): string => (text === '<NA>' || text === 'null' ? '' : text);

/** Tags name MITRE techniques as `T1059` or `mitre_execution`. */
function asTechnique(tag: string): string {
  return tag.length <= 9 && tag[0] === 'T' && tag.charCodeAt(1) >= 48 && tag.charCodeAt(1) <= 57
    ? tag
    : '';
}

function resources(alert: JsonObject, field: (name: string) => string): Draft['resources'] {
  const namespace = field('k8s.ns.name') || field('ka.target.namespace');
  const cluster = field('k8s.cluster.name');
  const place = {
    ...(namespace === '' ? {} : { namespace }),
    ...(cluster === '' ? {} : { cluster }),
  };
  const file = field('fd.name');
  const host = resource('host', textAt(alert, 'hostname') || field('evt.hostname'));
  // From an audit log the host is Falco's own pod, not what was touched.
  const audit = textAt(alert, 'source') === 'k8s_audit';
  const pod = resource('pod', field('k8s.pod.name'), field('k8s.pod.uid'));
  const target = resource('workload', field('ka.target.name'));
  const container = resource('container', field('container.name'), field('container.id'));
  return resourceList(
    audit ? null : host,
    pod === null ? null : { ...pod, ...place },
    target === null ? null : { ...target, ...place },
    container === null ? null : { ...container, ...place },
    resource('other', field('container.image.repository')),
    resource('other', file.startsWith('/') ? file : ''),
    audit ? host : null,
  );
}
