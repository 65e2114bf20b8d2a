import { isIP } from 'node:net';
import type { Actor, Resource } from '../../domain/finding.ts';
import { asText } from '../fields.ts';
import type { Leaf } from '../leaves.ts';

/** An alert's leaves by what they are called, to look many names up in. */
export interface Index {
  readonly byKey: ReadonlyMap<string, readonly Leaf[]>;
  /** Leaves of an object, by the object's own key. */
  readonly byObject: ReadonlyMap<string, readonly Leaf[]>;
  /** What objects name that state their own type, by the key of that type. */
  readonly byType: ReadonlyMap<string, readonly string[]>;
  /** Others are passed over. */
  readonly holds: (leaf: Leaf) => boolean;
}

export function indexOf(leaves: readonly Leaf[]): Index {
  const byKey = new Map<string, Leaf[]>();
  const byType = new Map<string, string[]>();
  const byObject = new Map<string, Leaf[]>();
  const put = <Item>(map: Map<string, Item[]>, key: string, item: Item): void => {
    const there = map.get(key);
    if (there === undefined) map.set(key, [item]);
    else there.push(item);
  };
  for (const leaf of leaves) {
    if (leaf.typed) {
      put(byType, leaf.key, asText(leaf.value));
      continue;
    }
    put(byKey, leaf.key, leaf);
    const parent = leaf.parts.at(-2);
    if (parent !== undefined) put(byObject, parent, leaf);
  }
  return { byKey, byObject, byType, holds: () => true };
}

/** What a key is called, taken apart once. */
export interface Key {
  readonly name: string;
  /** What the object that it stands in is called; null where that may be anything. */
  readonly parent: string | null;
  /** Whether `name` is the end of a key. */
  readonly ending: boolean;
}

export function keysOf(names: readonly string[]): readonly Key[] {
  return names.map((name) => {
    const dot = name.lastIndexOf('.');
    if (name.startsWith('*')) return { name: name.slice(1), parent: null, ending: true };
    const parent = dot < 0 ? null : (name.slice(0, dot).split('.').at(-1) ?? null);
    return { name: name.slice(dot + 1), parent, ending: false };
  });
}

const eachKeyMax = 2;

export function keyed(
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

export function described(
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

const typeOfKey: Readonly<Partial<Record<Resource['type'] | Actor['type'], string>>> = {
  user: 'user',
  host: 'hostname',
  service: 'sitename',
  other: 'domain',
};

export const typed = (
  { byType }: Index,
  type: Resource['type'] | Actor['type'],
): readonly string[] => byType.get(typeOfKey[type] ?? '') ?? [];

/** What is neither a machine, nor the one that an alert is about. */
const otherStems =
  /^$|user|account|person|actor|attack|login|file|process|product|vendor|rule|alert|event|source|src|remote|client|peer|domain|threat$/;

/** `canaryName` beside `canaryIp`: what has a name and an address is a machine, whatever it is called. */
export function withAddress({ byKey }: Index): readonly string[] {
  const names: string[] = [];
  for (const [key, [first]] of byKey) {
    if (first === undefined || !key.endsWith('name')) continue;
    const stem = key.slice(0, -'name'.length);
    if (otherStems.test(stem)) continue;
    const address = byKey.get(`${stem}ip`) ?? byKey.get(`${stem}ipaddress`);
    if (isIP(asText(address?.[0]?.value)) !== 0) names.push(asText(first.value));
  }
  return names;
}
