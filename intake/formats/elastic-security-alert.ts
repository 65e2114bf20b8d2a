import type { JsonObject } from '../../domain/json.ts';
import { isObject } from '../../domain/json.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { at, listAt, textAt, textsAt } from '../fields.ts';
import { actor, actorList, ObservableList, resource, resourceList } from '../observables.ts';
import { severityByScale, severityByWord, type Severity } from '../severity.ts';
import { parseTime } from '../times.ts';

/** Elastic Security alerts: dotted as indexed, nested as the webhook template writes them, and legacy `signal`. */
export const elasticSecurityAlert: FormatReader = {
  name: 'elastic-security-alert',
  recognises: (value) =>
    at(value, 'kibana.alert.rule.uuid') !== undefined ||
    at(value, 'kibana.alert.uuid') !== undefined ||
    at(value, 'kibana.alert.rule.name') !== undefined ||
    (isObject(value['signal']) && '@timestamp' in value),
  read: (value, envelope) => [readAlert(value, envelope)],
};

function readAlert(alert: JsonObject, envelope: Envelope): Draft {
  const rule = textAt(alert, 'kibana.alert.rule.name', 'signal.rule.name');
  const reason = textAt(alert, 'kibana.alert.reason', 'signal.reason');
  const ruleUid =
    textAt(alert, 'kibana.alert.rule.uuid', 'kibana.alert.rule.rule_id', 'signal.rule.id') || rule;
  return draft({
    format: 'elastic-security-alert',
    kind: 'detection',
    uid: textAt(alert, 'kibana.alert.uuid', '_id') || envelope.uid,
    title: rule || reason || 'Elastic Security signal',
    description:
      reason ||
      textAt(alert, 'kibana.alert.rule.description', 'signal.rule.description', 'message'),
    time:
      parseTime(at(alert, '@timestamp')) ??
      parseTime(at(alert, 'kibana.alert.original_time')) ??
      envelope.time,
    ...severity(alert),
    status: status(alert),
    product: 'Elastic Security',
    analytic: ruleUid === '' ? null : { uid: ruleUid, name: rule || ruleUid },
    resources: resourceList(
      resource('host', textAt(alert, 'host.name', 'host.hostname'), textAt(alert, 'host.id')),
      resource('host', textAt(alert, 'agent.name'), textAt(alert, 'agent.id')),
      resource('container', textAt(alert, 'container.name'), textAt(alert, 'container.id')),
      resource('pod', textAt(alert, 'kubernetes.pod.name', 'orchestrator.resource.name')),
      resource('cloud', textAt(alert, 'cloud.instance.name'), textAt(alert, 'cloud.instance.id')),
    ),
    actors: actorList(
      actor('user', textAt(alert, 'user.name', 'user.email'), textAt(alert, 'user.id')),
      actor('user', textAt(alert, 'source.user.name')),
      actor('process', textAt(alert, 'process.name')),
    ),
    observables: observables(alert),
    attacks: attacks(alert),
    link: textAt(alert, 'kibana.alert.url'),
    unmapped: unmapped(alert),
  });
}

function severity(alert: JsonObject): Severity {
  const word = severityByWord(alert, [
    'kibana.alert.severity',
    'kibana.alert.rule.severity',
    'signal.rule.severity',
  ]);
  if (word.severityId > 0) return word;
  const score = at(alert, 'kibana.alert.risk_score') ?? at(alert, 'signal.rule.risk_score');
  const scored = severityByScale('kibana.alert.risk_score', score, [0, 21, 47, 73, 99]);
  return scored.severityId > 0 ? scored : word;
}

function status(alert: JsonObject): Draft['status'] {
  const text = textAt(
    alert,
    'kibana.alert.workflow_status',
    'signal.status',
    'kibana.alert.status',
  ).toLowerCase();
  if (text === 'closed' || text === 'recovered') return 'closed';
  return text === '' ? 'unknown' : 'open';
}

function observables(alert: JsonObject): Draft['observables'] {
  const list = new ObservableList()
    .add('ip', 'actor', textAt(alert, 'source.ip'))
    .add('ip', 'target', textAt(alert, 'destination.ip'), ...textsAt(alert, 'host.ip'))
    .add('hostname', 'target', textAt(alert, 'host.name', 'host.hostname'))
    .add('file', 'artifact', textAt(alert, 'file.path'), textAt(alert, 'process.executable'))
    .add(
      'domain',
      'artifact',
      textAt(alert, 'dns.question.name'),
      textAt(alert, 'url.domain'),
      textAt(alert, 'destination.domain'),
    )
    .add('url', 'artifact', textAt(alert, 'url.full', 'url.original'));
  for (const owner of ['file', 'process', 'process.parent', 'dll']) {
    for (const holder of holders(alert, owner)) {
      for (const kind of ['sha256', 'sha1', 'md5'])
        list.add('hash', 'artifact', textAt(holder, `hash.${kind}`));
    }
  }
  return list.list();
}

function holders(alert: JsonObject, path: string): readonly JsonObject[] {
  const found = at(alert, path);
  if (isObject(found)) return [found];
  if (Array.isArray(found)) return listAt(alert, path).filter(isObject);
  // The indexed form may hold only dotted leaves: `file.hash.sha256`.
  const hash = Object.fromEntries(
    ['sha256', 'sha1', 'md5'].map((kind) => [kind, textAt(alert, `${path}.hash.${kind}`)]),
  );
  return [{ hash }];
}

function attacks(alert: JsonObject): readonly string[] {
  const threats = [
    ...listAt(alert, 'kibana.alert.rule.threat'),
    ...listAt(alert, 'kibana.alert.rule.parameters.threat'),
  ];
  const ids = threats.flatMap((threat) => [
    textAt(threat, 'tactic.id'),
    ...listAt(threat, 'technique').map((item) => textAt(item, 'id')),
  ]);
  return [...new Set(ids.filter((id) => id !== ''))];
}

/** The alert itself, but for what the rule says about itself at length: that is the same for each of its alerts. */
function unmapped(alert: JsonObject): JsonObject {
  const kept: { [key: string]: JsonObject[string] } = {};
  for (const [key, value] of Object.entries(alert)) {
    if (key === 'kibana' || key.startsWith('kibana.alert.rule') || key === '_source') continue;
    kept[key] = value;
  }
  return kept;
}
