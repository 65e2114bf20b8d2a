import { asText } from '../fields.ts';
import type { Leaf } from '../leaves.ts';
import { saysNothing } from '../view.ts';
import { genericNames, type Names } from './generic-names.ts';

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
  'account',
  'tenant',
  'customer',
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
  'geoip',
  'requestheaders',
  'responseheaders',
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
  'botinfo',
  'bot',
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

/** At the top of an alert, or within what stands for it. */
export const isOfAlert = (leaf: Leaf): boolean =>
  leaf.listed === 0 &&
  leaf.parts.every((part, index) => index === leaf.parts.length - 1 || mainThings.has(part));

/** The leaves that `names` fit, the surest first. */
export function ranked(
  leaves: readonly Leaf[],
  names: Names,
  options: RankOptions = {},
): readonly Ranked[] {
  const found: Ranked[] = [];
  for (const { leaf, weight } of weighed(leaves, names)) {
    const text = asText(leaf.value);
    if (text === '' || saysNothing(text) || options.fits?.(text, leaf) === false) continue;
    found.push({ leaf, text, rank: weight - costOf(leaf) });
  }
  // Equal ranks keep the order in which the sender wrote them.
  return found.toSorted((one, other) => other.rank - one.rank);
}

interface Weighed {
  readonly leaf: Leaf;
  readonly weight: number;
}

const lists: readonly Names[] = Object.values(genericNames);

/** The leaves of an alert that each list of names fits, found for all lists in one pass. */
const alerts = new WeakMap<readonly Leaf[], readonly (readonly Weighed[])[]>();

function weighed(leaves: readonly Leaf[], names: Names): readonly Weighed[] {
  const known = alerts.get(leaves) ?? weighAll(leaves);
  return known[lists.indexOf(names)] ?? [];
}

function weighAll(leaves: readonly Leaf[]): readonly (readonly Weighed[])[] {
  const found = lists.map((): Weighed[] => []);
  for (const leaf of leaves)
    if (!leaf.typed)
      for (const { list, weight } of weightsOf(leaf)) found[list]?.push({ leaf, weight });
  alerts.set(leaves, found);
  return found;
}

interface Weight {
  readonly list: number;
  readonly weight: number;
}

/** Senders use few keys again and again; the bounds keep a hostile one from filling memory. */
const knownWeights = new Map<string, readonly Weight[]>();
const knownWeightsMax = 8_000;
const knownPairCharsMax = 96;

/** How sure a key makes us, for those lists that it means something to. */
function weightsOf({ key, pair }: Leaf): readonly Weight[] {
  const cached = knownWeights.get(pair);
  if (cached !== undefined) return cached;
  const weights = lists.flatMap((names, list) => {
    const weight = names[pair] ?? names[key] ?? bySuffix(key, names);
    return weight > 0 ? [{ list, weight }] : [];
  });
  if (knownWeights.size < knownWeightsMax && pair.length <= knownPairCharsMax)
    knownWeights.set(pair, weights);
  return weights;
}

function bySuffix(key: string, names: Names): number {
  for (const [name, weight] of Object.entries(names))
    if (name.startsWith('*') && key.endsWith(name.slice(1))) return weight;
  return 0;
}

function costOf(leaf: Leaf): number {
  let cost = leaf.listed * depthCost;
  for (let index = 0; index < leaf.parts.length - 1; index += 1) {
    const part = leaf.parts[index] ?? '';
    if (mainThings.has(part)) cost += 2;
    else cost += besideThePoint.has(part) ? asideCost : depthCost;
  }
  return cost;
}
