import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { asText, fold } from './fields.ts';
import { intakeLimits } from './limits.ts';
import { pairsInProse, type TextPair } from './text-pairs.ts';
import { typedNameOf } from './typed-names.ts';

export type Listed = 0 | 1 | 2;

/** One scalar of a folded tree: the keys that lead to it, whether nested or dotted, and its own. */
export interface Leaf {
  readonly parts: readonly string[];
  readonly key: string;
  /** Its key after that of what it stands in: `host.name`. */
  readonly pair: string;
  readonly value: Json;
  /** 0 outside of lists, 1 in the first item of one, 2 in a later one. */
  readonly listed: Listed;
  /** Whether its key is what its object says of its own type. */
  readonly typed: boolean;
}

const leavesMax = 4_000;

/**
 * The scalars of a folded tree, breadth first: what the sender put at the top comes first. Of a pair such as
 * `{"name": "InstanceId", "value": "i-1"}` or `["InstanceId", "i-1"]` the name is the key, and so is that of a tag
 * `service:web`. What an object that states its type names comes once more under that type,
 * and so does what a message says in pairs.
 */
export function leavesOf(value: JsonObject): readonly Leaf[] {
  const found: Leaf[] = [];
  let level: readonly Node[] = [{ parts: [], value, listed: 0 }];
  while (level.length > 0 && found.length < leavesMax) {
    const next: Node[] = [];
    for (const node of level) {
      if (found.length >= leavesMax) break;
      if (isObject(node.value)) spread(node, node.value, next);
      else if (Array.isArray(node.value)) listed(node, node.value as readonly Json[], next);
      else if (node.value !== null && node.value !== '') found.push(leafOf(node));
    }
    level = next;
  }
  return found;
}

interface Node {
  readonly parts: readonly string[];
  readonly value: Json;
  readonly listed: Listed;
  readonly typed?: boolean;
}

function leafOf({ parts, value, listed: inList, typed = false }: Node): Leaf {
  const key = parts.at(-1) ?? '';
  const parent = parts.at(-2);
  return {
    parts,
    key,
    pair: parent === undefined ? key : `${parent}.${key}`,
    value,
    listed: inList,
    typed,
  };
}

function spread(node: Node, value: JsonObject, next: Node[]): void {
  const { parts: above, listed: inList } = node;
  const pair = pairOf(value);
  if (pair !== null && surroundings.has(above.at(-1) ?? '')) return;
  if (pair !== null)
    next.push({ parts: above.concat(fold(pair[0])), value: pair[1], listed: inList });
  const named = inList > 0 || vague.test(above.at(-1) ?? '') ? typedNameOf(value) : null;
  if (named !== null)
    next.push({ parts: above.concat(named.key), value: named.name, listed: inList, typed: true });
  for (const key of Object.keys(value)) {
    const item = value[key] ?? null;
    if (surroundings.has(key) && isAssignment(item)) continue;
    const parts = above.concat(key.includes('.') ? key.split('.') : key);
    next.push({ parts, value: item, listed: inList });
    if (typeof item === 'string')
      for (const [name, text] of saidIn(key, item))
        next.push({ parts: parts.concat(name), value: text, listed: inList });
  }
}

/** What a text says by names: tags between commas, and what messages say in pairs. */
function saidIn(key: string, text: string): readonly TextPair[] {
  if (messageKeys.has(key))
    return pairsInProse(text).map(([name, value]): TextPair => [fold(name), value]);
  if (!tagKeys.has(key) || !text.includes(':')) return noPairs;
  return text
    .split(',')
    .slice(0, tagsMax)
    .map((tag) => tagOf(tag.trim()))
    .filter((tag) => tag !== null);
}

const noPairs: readonly TextPair[] = [];

function listed(node: Node, items: readonly Json[], next: Node[]): void {
  const holder = node.parts.at(-1) ?? '';
  const tagged = !wordLists.has(holder);
  const pairs = items.every(isPair);
  for (const [index, item] of items.slice(0, intakeLimits.keysMax).entries()) {
    if (surroundings.has(holder) && isAssignment(item)) continue;
    const inside: Node = {
      parts: node.parts,
      value: item,
      listed: node.listed === 2 || index > 0 ? 2 : 1,
    };
    next.push(inside);
    if (pairs && isPair(item))
      next.push({ ...inside, parts: node.parts.concat(fold(item[0])), value: item[1] });
    const tag = tagged && typeof item === 'string' ? tagOf(item) : null;
    if (tag !== null)
      next.push({ parts: node.parts.concat(tag[0]), value: tag[1], listed: inside.listed });
  }
}

/** What a process was given holds words that look like anything, and secrets; none of it says what an alert is about. */
const surroundings: ReadonlySet<string> = new Set([
  'environment',
  'env',
  'envs',
  'environ',
  'envvar',
  'envvars',
  'environmentvariable',
  'environmentvariables',
  'processenvironment',
]);
const wordLists: ReadonlySet<string> = new Set(['args', 'arguments', 'argv', 'commandlineargs']);
const assignedNameCharsMax = 128;

/** `NAME=value`, unlike the name of an environment. */
function isAssignment(item: Json): boolean {
  if (typeof item !== 'string') return false;
  const equals = item.indexOf('=');
  return equals > 0 && equals <= assignedNameCharsMax && /^\w+$/.test(item.slice(0, equals));
}

/** Any other object is called after what it is. */
const vague = /entity|entities|target|object|subject|identity|resource|asset/;

/** `["Username", "root"]`, where all of a list are such. */
function isPair(item: Json): item is readonly [string, string | number] {
  if (!Array.isArray(item) || item.length !== 2) return false;
  const [name, value] = item as readonly Json[];
  return (
    typeof name === 'string' &&
    name !== '' &&
    name.length <= pairNameCharsMax &&
    (typeof value === 'string' || typeof value === 'number')
  );
}

const pairValues = ['value', 'values', 'val'];

function pairOf(value: JsonObject): readonly [string, Json] | null {
  const name = asText(value['name'] ?? value['key'] ?? value['type'] ?? null);
  if (name === '' || name.length > pairNameCharsMax) return null;
  const named = pairValues.find((key) => value[key] !== undefined && value[key] !== null);
  return named === undefined ? null : [name, value[named] ?? null];
}

/** What many products write in pairs within a text. */
const messageKeys: ReadonlySet<string> = new Set([
  'message',
  'msg',
  'description',
  'text',
  'log',
  'raw',
  'rawmessage',
  'rawlog',
  'fullmessage',
  'originalmessage',
  'data',
]);

const tagKeys: ReadonlySet<string> = new Set(['tags', 'scopes', 'scope', 'labels', 'dimensions']);
const tagsMax = 64;
const pairNameCharsMax = 64;

function tagOf(text: string): readonly [string, string] | null {
  const colon = text.search(/[:=]/);
  if (colon <= 0 || colon > pairNameCharsMax || text.includes(' ') || text.includes('://'))
    return null;
  const rest = text.slice(colon + 1);
  return rest === '' ? null : [fold(text.slice(0, colon)), rest];
}
