import { isObject, type Json } from '../domain/json.ts';
import { asText, fold } from './fields.ts';

/** One scalar of a tree, with its folded path (`host.name`) and how deep it lies. */
export interface Leaf {
  readonly path: string;
  readonly key: string;
  readonly depth: number;
  readonly value: Json;
}

const leavesMax = 1_500;

/** The scalars of an alert, shallow ones first, so that a search finds what the sender put at the top. */
export function leavesOf(value: Json): readonly Leaf[] {
  const found: Leaf[] = [];
  let level: readonly Node[] = [{ path: '', key: '', value }];
  for (let depth = 0; level.length > 0 && found.length < leavesMax; depth += 1) {
    const next: Node[] = [];
    for (const node of level) {
      if (isObject(node.value))
        for (const [key, item] of Object.entries(node.value)) next.push(child(node, key, item));
      else if (Array.isArray(node.value))
        for (const item of node.value as readonly Json[]) next.push({ ...node, value: item });
      else if (node.value !== null && node.value !== '')
        found.push({ path: node.path, key: node.key, depth, value: node.value });
    }
    level = next;
  }
  return found.slice(0, leavesMax);
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
export function leafNamed(leaves: readonly Leaf[], names: readonly string[]): Leaf | null {
  for (const name of names) {
    const found = leaves.find((leaf) => fits(leaf, name) && asText(leaf.value) !== '');
    if (found !== undefined) return found;
  }
  return null;
}

export function textNamed(leaves: readonly Leaf[], names: readonly string[]): string {
  const leaf = leafNamed(leaves, names);
  return leaf === null ? '' : asText(leaf.value);
}

export function textsNamed(
  leaves: readonly Leaf[],
  names: readonly string[],
  max: number,
): readonly string[] {
  const found = new Set<string>();
  for (const name of names) {
    for (const leaf of leaves) {
      if (found.size >= max) return [...found];
      if (fits(leaf, name)) found.add(asText(leaf.value));
    }
  }
  return [...found].filter((text) => text !== '');
}

function fits(leaf: Leaf, name: string): boolean {
  if (!name.includes('.')) return leaf.key === name;
  return leaf.path === name || leaf.path.endsWith(`.${name}`);
}
