import { isObject, type JsonObject } from '../../domain/json.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { at, textAt, textsAt } from '../fields.ts';
import { actor, actorList, ObservableList, resource, resourceList } from '../observables.ts';
import { parseJsonText } from '../parse-json.ts';
import { severityByScale, severityByWord } from '../severity.ts';
import { parseTime } from '../times.ts';

/** Wazuh alerts of 4.x (`rule.level`, also as indexed under `_source`) and findings of 5.x (ECS with `wazuh.*`). */
export const wazuh: FormatReader = {
  name: 'wazuh',
  recognises: (value) => isV4(value) || isV5(value),
  read: (value, envelope) => [isV4(value) ? readV4(value, envelope) : readV5(value, envelope)],
};

const isV4 = (value: JsonObject): boolean =>
  at(value, 'rule.level') !== undefined &&
  isObject(value['agent']) &&
  (isObject(value['manager']) || 'decoder' in value);
const isV5 = (value: JsonObject): boolean =>
  at(value, 'wazuh.rule.id') !== undefined || at(value, 'wazuh.agent') !== undefined;

/** Levels 0-3, 4-6, 7-11, 12-14, 15. */
const levels = [0, 4, 7, 12, 15];

function readV4(alert: JsonObject, envelope: Envelope): Draft {
  const rule = textAt(alert, 'rule.description');
  const ruleUid = textAt(alert, 'rule.id');
  const id = textAt(alert, 'id') || envelope.uid;
  const manager = textAt(alert, 'manager.name');
  const log = textAt(alert, 'full_log');
  return draft({
    format: 'wazuh',
    kind: 'detection',
    // Ids count per manager only.
    uid: id === '' || manager === '' ? id : `${manager}/${id}`,
    title: rule || `Wazuh rule ${ruleUid}`,
    description: log,
    time: parseTime(at(alert, 'timestamp')) ?? parseTime(at(alert, '@timestamp')) ?? envelope.time,
    ...severityByScale('rule.level', at(alert, 'rule.level'), levels),
    product: 'Wazuh',
    analytic: ruleUid === '' ? null : { uid: ruleUid, name: rule },
    resources: resourceList(
      resource('host', textAt(alert, 'agent.name'), textAt(alert, 'agent.id')),
      resource('other', textAt(alert, 'syscheck.path')),
    ),
    actors: actorList(
      actor('user', textAt(alert, 'data.dstuser')),
      actor('user', textAt(alert, 'data.srcuser')),
      actor(
        'user',
        textAt(
          alert,
          'data.win.eventdata.targetUserName',
          'data.win.eventdata.user',
          'syscheck.audit.user.name',
        ),
      ),
      actor('user', userInLog(textAt(alert, 'data.original_full_log') || log)),
    ),
    observables: new ObservableList()
      .add('ip', 'actor', textAt(alert, 'data.srcip', 'data.src_ip'))
      .add('ip', 'target', textAt(alert, 'agent.ip'), textAt(alert, 'data.dstip', 'data.dest_ip'))
      .add(
        'hash',
        'artifact',
        ...['sha256_after', 'sha1_after', 'md5_after'].map((kind) =>
          textAt(alert, `syscheck.${kind}`),
        ),
      )
      .add('file', 'artifact', textAt(alert, 'syscheck.path'))
      .addFromTree(at(alert, 'data') ?? null)
      .addFromText(rule, log)
      .list(),
    attacks: textsAt(alert, 'rule.mitre.id'),
    unmapped: rest(alert, ['id', 'timestamp', 'full_log', 'agent', '_source']),
  });
}

const logUser = ' for ';

/** sshd and its like write `Accepted password for root from 192.0.2.1`. */
function userInLog(log: string): string {
  const start = log.indexOf(logUser);
  if (start < 0 || log.length > 4_096) return '';
  const words = log
    .slice(start + logUser.length)
    .split(' ', 4)
    .filter((word) => word !== 'invalid' && word !== 'user');
  return words[1] === 'from' ? (words[0] ?? '') : '';
}

function readV5(alert: JsonObject, envelope: Envelope): Draft {
  const title = textAt(alert, 'wazuh.rule.title', 'wazuh.rule.name');
  const ruleUid = textAt(alert, 'wazuh.rule.id');
  const original = parsedOriginal(alert);
  const link = textAt(original, 'html_url') || textAt(alert, 'url.full', 'url.original');
  return draft({
    format: 'wazuh',
    kind: 'detection',
    uid: link || envelope.uid,
    title: title || `Wazuh rule ${ruleUid}`,
    description: textAt(alert, 'message') || title,
    time: parseTime(at(alert, '@timestamp')) ?? envelope.time,
    ...severityByWord(alert, ['wazuh.rule.level', 'vulnerability.severity', 'event.severity']),
    status: ['resolved', 'closed', 'fixed'].includes(textAt(original, 'state'))
      ? 'closed'
      : 'unknown',
    product: 'Wazuh',
    analytic: ruleUid === '' ? null : { uid: ruleUid, name: title },
    resources: resourceList(
      resource('host', textAt(alert, 'wazuh.agent.name'), textAt(alert, 'wazuh.agent.id')),
      resource('host', textAt(alert, 'wazuh.agent.host.hostname')),
      resource('other', textAt(alert, 'file.path')),
      resource('account', textAt(alert, 'organization.name')),
      resource('repository', textAt(original, 'repository.full_name')),
    ),
    actors: actorList(
      actor('user', textAt(alert, 'user.name')),
      ...textsAt(alert, 'related.user').map((name) => actor('user', name)),
    ),
    observables: new ObservableList()
      .add('ip', 'actor', textAt(alert, 'source.ip'))
      .add('ip', 'target', ...textsAt(alert, 'wazuh.agent.host.ip'))
      .add(
        'hash',
        'artifact',
        ...['sha256', 'sha1', 'md5'].map((kind) => textAt(alert, `file.hash.${kind}`)),
      )
      .add('file', 'artifact', textAt(alert, 'file.path'))
      .addFromText(title)
      .list(),
    attacks: [
      ...textsAt(alert, 'wazuh.rule.mitre.technique.id'),
      ...textsAt(alert, 'wazuh.rule.mitre.subtechnique.id'),
    ],
    link,
    unmapped: rest(alert, ['@timestamp']),
  });
}

/** 5.x keeps what it collected as JSON text; its state is the finding's. */
function parsedOriginal(alert: JsonObject): JsonObject {
  const text = textAt(alert, 'event.original');
  if (!text.startsWith('{')) return {};
  const parsed = parseJsonText(text);
  const value = parsed.kind === 'values' ? parsed.values[0] : undefined;
  return isObject(value) ? value : {};
}

function rest(alert: JsonObject, without: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(alert).filter(([key]) => !without.includes(key)));
}
