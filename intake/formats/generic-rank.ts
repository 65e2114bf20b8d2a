import { asText } from '../fields.ts';
import type { Leaf } from '../leaves.ts';
import { saysNothing } from '../view.ts';
import type { Names } from './generic-names.ts';

/** A leaf that a name fits, and how sure that makes us. */
export interface Ranked {
  readonly leaf: Leaf;
  readonly text: string;
  readonly rank: number;
}

/** What lies deeper, or within things that are beside the point, is less likely to be meant. */
const depthCost = 7;
const asideCost = 45;
const besideThePoint: ReadonlySet<string> = new Set([
  'host',
  'srchost',
  'dsthost',
  'device',
  'node',
  'machine',
  'server',
  'process',
  'file',
  'user',
  'users',
  'actor',
  'author',
  'owner',
  'sender',
  'assignee',
  'assignees',
  'organization',
  'org',
  'orgc',
  'repository',
  'repo',
  'comment',
  'comments',
  'managedfields',
  'teams',
  'team',
  'client',
  'geo',
  'geolocation',
  'geographicalcontext',
  'useragent',
  'headers',
  'request',
  'tags',
  'tag',
  'labels',
  'previousstate',
  'escalationpolicy',
  'integration',
  'agent',
  'manager',
  'decoder',
  'session',
  'sessioncontext',
  'sender',
  'recipients',
  'installation',
  'enterprise',
  'parent',
  'mergerequest',
  'commit',
  'headcommit',
  'unmapped',
  'history',
  'links',
  'template',
  'exception',
  'stacktrace',
  'frames',
  'modules',
  'contexts',
  'sdk',
  'dimensions',
  'reports',
  'taxonomies',
  'os',
  'threat',
  'tactic',
  'references',
  'ruleparameters',
  'customfields',
]);
const mainThings: ReadonlySet<string> = new Set([
  'alert',
  'finding',
  'incident',
  'issue',
  'event',
  'detection',
  'violation',
  'problem',
  'anomaly',
  'findinginfo',
  'data',
  'alertdata',
  'result',
  'objectattributes',
  'workflowrun',
  'checkrun',
  'threatinfo',
  'essentials',
  'properties',
  'detail',
  'payload',
  'body',
  'extension',
  'attributes',
  'raw',
  'securityadvisory',
  'annotations',
]);

export interface RankOptions {
  /** Whether such a value can be meant. */
  readonly fits?: (text: string, leaf: Leaf) => boolean;
}

/** Within people, places and the like, which most alerts carry along. */
export const isAside = (leaf: Leaf): boolean =>
  leaf.parts.some((part, index) => index < leaf.parts.length - 1 && besideThePoint.has(part));

/** The leaves that `names` fit, the surest first. */
export function ranked(
  leaves: readonly Leaf[],
  names: Names,
  options: RankOptions = {},
): readonly Ranked[] {
  const found: Ranked[] = [];
  for (const leaf of leaves) {
    const weight = weightOf(leaf, names);
    if (weight <= 0) continue;
    const text = asText(leaf.value);
    if (text === '' || saysNothing(text) || options.fits?.(text, leaf) === false) continue;
    found.push({ leaf, text, rank: weight - costOf(leaf) });
  }
  // Equal ranks keep the order in which the sender wrote them.
  return found.toSorted((one, other) => other.rank - one.rank);
}

/** Senders use few keys again and again; the bounds keep a hostile one from filling memory. */
const knownWeights = new WeakMap<Names, Map<string, number>>();
const knownWeightsMax = 8_000;
const knownPairCharsMax = 96;

function weightOf({ key, pair }: Leaf, names: Names): number {
  let known = knownWeights.get(names);
  if (known === undefined) {
    known = new Map();
    knownWeights.set(names, known);
  }
  const cached = known.get(pair);
  if (cached !== undefined) return cached;
  const weight = names[pair] ?? names[key] ?? bySuffix(key, names);
  if (known.size < knownWeightsMax && pair.length <= knownPairCharsMax) known.set(pair, weight);
  return weight;
}

function bySuffix(key: string, names: Names): number {
  for (const [name, weight] of Object.entries(names))
    if (name.startsWith('*') && key.endsWith(name.slice(1))) return weight;
  return 0;
}

function costOf(leaf: Leaf): number {
  let cost = leaf.listed * depthCost;
  for (const part of leaf.parts.slice(0, -1)) {
    if (mainThings.has(part)) cost += 2;
    else cost += besideThePoint.has(part) ? asideCost : depthCost;
  }
  return cost;
}
