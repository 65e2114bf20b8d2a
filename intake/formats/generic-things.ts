import RE2 from 're2';
import type { Actor, Resource } from '../../domain/finding.ts';
import { asText } from '../fields.ts';
import type { Leaf } from '../leaves.ts';
import { actor, actorList, resource, resourceList } from '../observables.ts';
import { saysNothing } from '../view.ts';
import { logonsIn } from './generic-logons.ts';
import { isOfProcess } from './generic-process.ts';
import { actorNames, namingKeys, personKeys, resourceNames } from './generic-entities.ts';

const eachMax = 3;
const resourcesMax = 12;
const actorsMax = 8;

const withKeys = <Names extends { readonly keys: readonly string[] }>(
  all: readonly Names[],
): readonly (Omit<Names, 'keys'> & { readonly keys: readonly Key[] })[] =>
  all.map((names) => ({ ...names, keys: keysOf(names.keys) }));

const resourceKeys = withKeys(resourceNames);
const actorKeys = withKeys(actorNames);

interface Index {
  readonly byKey: ReadonlyMap<string, readonly Leaf[]>;
  /** Leaves of an object, by the object's own key. */
  readonly byObject: ReadonlyMap<string, readonly Leaf[]>;
  /** Others are passed over. */
  readonly holds: (leaf: Leaf) => boolean;
}

export interface Things {
  readonly resources: readonly Resource[];
  readonly actors: readonly Actor[];
}

/** Whom and what an alert is about, by what keys and objects are called, and by names of cloud resources in its texts. */
export function thingsOf(leaves: readonly Leaf[], account: string, prose: string): Things {
  const index = indexOf(leaves);
  const places: Index = { ...index, holds: (leaf) => !isOfProcess(leaf) };
  const found = resourceKeys.flatMap(({ type, keys, objects }) =>
    [...keyed(places, keys, isThing), ...described(places, objects, namingKeys)]
      .filter(isThing)
      .slice(0, eachMax)
      .map((name) => resource(type, name)),
  );
  const arns = [
    ...leaves.flatMap(({ value }) => arnsIn(value)),
    ...arnsIn(prose),
    ...amazonIdsIn(prose),
  ].slice(0, eachMax);
  const targets = keyed(index, targetKeys, isThing).slice(0, 1);
  const actors = actorKeys.flatMap(({ type, keys, objects }) =>
    [...keyed(index, keys, isThing), ...described(index, objects, personKeys)]
      .filter(isThing)
      .slice(0, type === 'user' ? actorsMax : 1)
      .map((name) => actor(type, name)),
  );
  const resources = resourceList(
    ...arns.map((name) => resource('cloud', name)),
    ...found.filter((item) => item?.type !== 'account'),
    ...targets.map((name) => resource('host', name)),
    ...found.filter((item) => item?.type === 'account').slice(0, 1),
    resource('account', account),
    ...(found.length === 0
      ? [...keyed(index, sourceKeys, isThing), ...sitesOf(index)].slice(0, 1)
      : []
    ).map((name) => resource('host', name)),
  );
  return {
    resources: distinctNames(resources).slice(0, resourcesMax),
    actors: actorList(...actors, ...(actors.length === 0 ? logonsIn(leaves) : [])).slice(
      0,
      actorsMax,
    ),
  };
}

const targetKeys = keysOf([
  'destip',
  'dstip',
  'destinationip',
  'dst',
  'dest',
  'targetip',
  'dstaddr',
  'destaddress',
  'idresph',
  'localip',
  'destinationaddress',
  'ipdst',
  'destination',
]);
const sourceKeys = keysOf([
  'srcip',
  'sourceip',
  'src',
  'srcaddr',
  'idorigh',
  'clientip',
  'ipsrc',
  'source',
]);

function indexOf(leaves: readonly Leaf[]): Index {
  const byKey = new Map<string, Leaf[]>();
  const byObject = new Map<string, Leaf[]>();
  const put = (map: Map<string, Leaf[]>, key: string, leaf: Leaf): void => {
    const there = map.get(key);
    if (there === undefined) map.set(key, [leaf]);
    else there.push(leaf);
  };
  for (const leaf of leaves) {
    put(byKey, leaf.key, leaf);
    const parent = leaf.parts.at(-2);
    if (parent !== undefined) put(byObject, parent, leaf);
  }
  return { byKey, byObject, holds: () => true };
}

/** What a key is called, taken apart once. */
interface Key {
  readonly name: string;
  /** What the object that it stands in is called; null where that may be anything. */
  readonly parent: string | null;
  /** Whether `name` is the end of a key. */
  readonly ending: boolean;
}

function keysOf(names: readonly string[]): readonly Key[] {
  return names.map((name) => {
    const dot = name.lastIndexOf('.');
    if (name.startsWith('*')) return { name: name.slice(1), parent: null, ending: true };
    const parent = dot < 0 ? null : (name.slice(0, dot).split('.').at(-1) ?? null);
    return { name: name.slice(dot + 1), parent, ending: false };
  });
}

const eachKeyMax = 2;

function keyed(
  index: Index,
  keys: readonly Key[],
  fits: (text: string) => boolean,
): readonly string[] {
  const found: string[] = [];
  for (const { name, parent, ending } of keys) {
    if (ending) {
      found.push(...endingIn(name, index).filter(fits));
      continue;
    }
    const leaves = index.byKey.get(name);
    if (leaves === undefined) continue;
    const texts = leaves
      .filter((leaf) => (parent === null || leaf.parts.at(-2) === parent) && index.holds(leaf))
      .map(({ value }) => asText(value));
    found.push(...texts.filter(fits).slice(0, eachKeyMax));
  }
  return found;
}

function endingIn(end: string, { byKey, holds }: Index): readonly string[] {
  const texts: string[] = [];
  for (const [name, [first]] of byKey)
    if (first !== undefined && name.endsWith(end) && holds(first)) texts.push(asText(first.value));
  return texts;
}

function described(
  index: Index,
  objects: readonly string[],
  keys: readonly string[],
): readonly string[] {
  const names: string[] = [];
  for (const object of objects) {
    const leaves = index.byObject.get(object);
    if (leaves === undefined) continue;
    let left = eachKeyMax;
    for (const key of keys)
      for (const leaf of leaves)
        if (leaf.key === key && left > 0 && index.holds(leaf)) {
          left -= 1;
          names.push(asText(leaf.value));
        }
  }
  return names;
}

const sentenceWords = 6;
const nameCharsMax = 256;

/** A name or an id, and no sentence, address of a page or plain truth value. */
function isThing(text: string): boolean {
  if (
    text === '' ||
    text.length > nameCharsMax ||
    saysNothing(text) ||
    text === 'true' ||
    text === 'false'
  )
    return false;
  if (text.includes('{') || text.startsWith('http')) return false;
  return text.split(' ', sentenceWords + 1).length <= sentenceWords;
}

const arn = new RE2(/\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[^\s"',;)\]}]+/g);
/** Names of what watches, not of what is watched. */
const watchers = new RE2(
  /:(?:detector|product|subscription|ruleset|anomalymonitor|config-rule|alarm|assumed-role)[/:]|:sns:/,
);

/** What a monitor watches is often said by its address alone. */
const siteKeys = keysOf([
  'url',
  'website',
  'site',
  'target',
  'fullurl',
  'checkurl',
  'monitorurl',
  'uri',
]);
const sitesOf = (index: Index): readonly string[] =>
  keyed(index, siteKeys, (text) => text.startsWith('http')).map((text) => text.split('/')[2] ?? '');

/** Names that Amazon gives, which stand out in prose. */
const amazonId = new RE2(/\b(?:i|vol|sg|eni|vpc|subnet|ami|snap|igw|rtb|fs)-[0-9a-f]{8,17}\b/g);
const amazonIdsIn = (text: string): readonly string[] =>
  text.includes('-') ? (text.match(amazonId) ?? []).map(String) : [];

function arnsIn(value: unknown): readonly string[] {
  if (typeof value !== 'string' || !value.includes('arn:aws')) return [];
  return (value.match(arn) ?? [])
    .map((found) => String(found).replace(/\.$/, ''))
    .filter((found) => !watchers.test(found));
}

/** A name once, whatever it was called. */
function distinctNames(resources: readonly Resource[]): readonly Resource[] {
  const seen = new Set<string>();
  return resources.filter(({ name }) => !seen.has(name) && seen.add(name));
}
