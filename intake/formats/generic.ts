import type { FindingKind, Resource } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { draft, type Draft, type Envelope, type FormatReader } from '../draft.ts';
import { asText } from '../fields.ts';
import { genericNames as names } from './generic-names.ts';
import { leafNamed, leavesNamed, leavesOf, textNamed, textsNamed, type Leaves } from '../leaves.ts';
import { actor, actorList, ObservableList, resource, resourceList } from '../observables.ts';
import { severityByScale, severityOfWord, unknownSeverity, type Severity } from '../severity.ts';
import { parseTime } from '../times.ts';

/**
 * Any JSON object, CloudEvents among them: reads what keys are usually called. It promises no more than a title, and
 * whatever it could not place is in `unmapped`.
 */
export const generic: FormatReader = {
  name: 'generic',
  recognises: () => true,
  read: (value, envelope) => {
    const leaves = leavesOf(value);
    const found = read(value, leaves, envelope);
    return found === null ? [] : [found];
  },
};

function read(value: JsonObject, leaves: Leaves, envelope: Envelope): Draft | null {
  const cloudEvent = typeof value['specversion'] === 'string' && typeof value['type'] === 'string';
  // An event's data may say better than its type what it is about.
  const title =
    textNamed(leaves, names.title) || (cloudEvent ? asText(value['type']) : envelope.type);
  if (title === '') return null;
  const rule = textNamed(leaves, names.rule);
  const product = textNamed(leaves, names.product) || envelope.product;
  return draft({
    format: cloudEvent ? 'cloudevents' : 'generic',
    kind: cloudEvent ? 'operational' : kindOf(leaves),
    uid: (cloudEvent ? asText(value['id']) : textNamed(leaves, names.uid)) || envelope.uid,
    title,
    description: textNamed(leaves, names.description),
    time: time(leaves) ?? envelope.time,
    ...severity(leaves),
    status: status(leaves),
    product: cloudEvent ? `CloudEvents ${asText(value['source'])}`.trim() : product,
    analytic: rule === '' ? null : { uid: rule, name: rule },
    resources: resources(leaves, envelope),
    actors: actorList(...textsNamed(leaves, names.user, 6).map((name) => actor('user', name))),
    observables: new ObservableList()
      .addFromTree(value)
      .addFromText(title, textNamed(leaves, names.description))
      .list(),
    link: textNamed(leaves, names.link),
    unmapped: value,
  });
}

function time(leaves: Leaves): string | null {
  for (const name of names.time) {
    for (const leaf of leavesNamed(leaves, name)) {
      const found = parseTime(leaf.value);
      if (found !== null) return found;
    }
  }
  return null;
}

function severity(leaves: Leaves): Severity {
  let kept = unknownSeverity;
  for (const name of names.severity) {
    const leaf = leafNamed(leaves, [name]);
    if (leaf === null) continue;
    const severityId = severityOfWord(asText(leaf.value));
    if (severityId > 0)
      return { severityId, severitySource: { path: leaf.path, value: asText(leaf.value) } };
    if (kept.severitySource === null)
      kept = { severityId: 0, severitySource: { path: leaf.path, value: asText(leaf.value) } };
  }
  const score = leafNamed(leaves, names.score);
  if (score === null) return kept;
  const scored = severityByScale(score.path, score.value, [0, 21, 47, 73, 99]);
  return scored.severityId > 0 ? scored : kept;
}

const closedWords: readonly string[] = [
  'closed',
  'resolved',
  'ok',
  'recovered',
  'fixed',
  'inactive',
  'archived',
  'suppressed',
  'dismissed',
  'up',
];
const openWords: readonly string[] = [
  'open',
  'new',
  'active',
  'firing',
  'triggered',
  'alert',
  'alarm',
  'fired',
  'in progress',
  'inprogress',
  'investigating',
  'unresolved',
  'down',
  'activated',
  'failed',
];

function status(leaves: Leaves): Draft['status'] {
  for (const name of names.status) {
    const word = textNamed(leaves, [name]).toLowerCase();
    if (closedWords.includes(word)) return 'closed';
    if (openWords.includes(word)) return 'open';
  }
  return 'unknown';
}

function resources(leaves: Leaves, envelope: Envelope): Draft['resources'] {
  const kinds: readonly (readonly [Resource['type'], readonly string[]])[] = [
    ['host', names.host],
    ['pod', names.pod],
    ['cloud', names.cloud],
    ['repository', names.repository],
    ['service', names.service],
    ['account', names.account],
  ];
  const found = kinds.flatMap(([type, keys]) =>
    textsNamed(leaves, keys, 3).map((name) => resource(type, name)),
  );
  return resourceList(...found, resource('account', envelope.account));
}

const kindWords: readonly (readonly [FindingKind, readonly string[]])[] = [
  ['vulnerability', ['cve', 'cveid', 'vulnerabilityid', 'vulnerability', 'cvss', 'ghsaid']],
  [
    'policy_violation',
    [
      'compliance',
      'policyname',
      'enforcementaction',
      'compliancetype',
      'control',
      'checkid',
      'violation',
    ],
  ],
  ['cost', ['totalimpact', 'budgetname', 'costanomaly']],
  [
    'detection',
    [
      'rule',
      'signature',
      'signatureid',
      'ruleid',
      'rulename',
      'threat',
      'threatname',
      'tactic',
      'tactics',
      'malware',
      'attack',
      'technique',
      'detectorid',
      'sha256',
      'detectname',
      'severity',
      'cmdline',
      'commandline',
    ],
  ],
];

function kindOf(leaves: Leaves): FindingKind {
  const parts = new Set([...leaves.values()].flat().flatMap((leaf) => leaf.path.split('.')));
  return kindWords.find(([, words]) => words.some((word) => parts.has(word)))?.[0] ?? 'operational';
}
