import { isObject, type Json } from '../domain/json.ts';
import { asText, fold } from './fields.ts';
import { intakeLimits } from './limits.ts';

/** One scalar of a tree, with its folded path (`host.name`) and how deep it lies. */
export interface Leaf {
  readonly path: string;
  readonly key: string;
  readonly depth: number;
  readonly value: Json;
}

/** The scalars by the last part of their path, in breadth-first order: what the sender put at the top comes first. */
export type Leaves = ReadonlyMap<string, readonly Leaf[]>;

const leavesMax = intakeLimits.keysMax;

export function leavesOf(value: Json): Leaves {
  const found = new Map<string, Leaf[]>();
  let left: number = leavesMax;
  let level: readonly Node[] = [{ path: '', key: '', value }];
  for (let depth = 0; level.length > 0 && left > 0; depth += 1) {
    const next: Node[] = [];
    for (const node of level) {
      if (isObject(node.value)) {
        for (const [key, item] of Object.entries(node.value)) next.push(child(node, key, item));
      } else if (Array.isArray(node.value)) {
        for (const item of node.value as readonly Json[]) next.push({ ...node, value: item });
      } else if (node.value !== null && node.value !== '' && left > 0) {
        left -= 1;
        const leaf = { path: node.path, key: node.key, depth, value: node.value };
        const named = found.get(node.key);
        if (named === undefined) found.set(node.key, [leaf]);
        else named.push(leaf);
      }
    }
    level = next;
  }
  return found;
}

interface Node {
  readonly path: string;
  readonly key: string;
  readonly value: Json;
}

function child(parent: Node, key: string, value: Json): Node {
  const name = fold(key);
  const path = parent.path === '' ? name : `${parent.path}.${name}`;
  // A dotted key counts by its last part, as a nested one would.
  return { path, key: name.slice(name.lastIndexOf('.') + 1), value };
}

/** The first leaf that a name fits, names in their order; a name with a dot fits the end of a path, one without a key. */
export function leafNamed(leaves: Leaves, names: readonly string[]): Leaf | null {
  for (const name of names) {
    const found = leavesNamed(leaves, name).find((leaf) => asText(leaf.value) !== '');
    if (found !== undefined) return found;
  }
  return null;
}

export function leavesNamed(leaves: Leaves, name: string): readonly Leaf[] {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return leaves.get(name) ?? [];
  const named = leaves.get(name.slice(dot + 1)) ?? [];
  return named.filter((leaf) => leaf.path === name || leaf.path.endsWith(`.${name}`));
}

export function textNamed(leaves: Leaves, names: readonly string[]): string {
  const leaf = leafNamed(leaves, names);
  return leaf === null ? '' : asText(leaf.value);
}

export function textsNamed(
  leaves: Leaves,
  names: readonly string[],
  max: number,
): readonly string[] {
  const found = new Set<string>();
  for (const name of names) {
    for (const leaf of leavesNamed(leaves, name)) {
      if (found.size >= max) return [...found];
      const text = asText(leaf.value);
      if (text !== '') found.add(text);
    }
  }
  return [...found];
}
