import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { decideField, wordsOf, type FieldVerdict } from './field-names.ts';
import { isRawNumber, type RawNumber } from './json-text.ts';
import { redactLeaf, type Leaf } from './leaf.ts';
import { decidePair, isJoined, isPaired } from './lists.ts';
import { maskOf } from './kinds.ts';
import type { Pass } from './pass.ts';
import { redactJoined } from './joined.ts';
import { pointerOf, treeLimits, type Place, type Seen, type Walk } from './walk-state.ts';

/** Copies only what changes: a clean document comes back as the very object that was given. */
export function redactTree(pass: Pass, value: unknown, seen: Seen | null = null): Json {
  const path: string[] = [];
  const walk: Walk = {
    pass,
    seen,
    path,
    pointer: pointerOf(path),
    nodes: 0,
    workLeft: treeLimits.workChars,
    texts: 0,
    descend: redactNode,
  };
  try {
    return redactNode(walk, value, { field: '', verdict: null, depth: 0 });
  } catch {
    // SECURITY: whatever went wrong (a getter that throws, a proxy), nothing of the value gets out.
    pass.crossed('error', () => '');
    return maskOf('error');
  }
}

function redactNode(walk: Walk, value: unknown, place: Place): Json {
  walk.nodes += 1;
  if (walk.nodes > treeLimits.nodes) return beyond(walk, 'nodes');
  if (place.depth > treeLimits.depth) return beyond(walk, 'depth');
  switch (typeof value) {
    case 'string':
      return redactLeaf(walk, leafOf(value, place));
    case 'number':
      return Number.isFinite(value) ? redactNumber(walk, value, place) : null;
    case 'boolean':
      return value;
    case 'bigint':
      return redactLeaf(walk, leafOf(String(value), place));
    case 'object':
      if (value === null) return null;
      if (isRawNumber(value)) return redactRawNumber(walk, value, place);
      return Array.isArray(value)
        ? redactArray(walk, value, place)
        : redactSeenObject(walk, value, place);
    default:
      // undefined, functions and symbols have no JSON form; `undefined` must stay what it is for optional results.
      return (value === undefined ? value : null) as Json;
  }
}

const leafOf = (text: string, place: Place): Leaf => ({
  text,
  field: place.field,
  verdict: place.verdict,
  depth: place.depth,
});

function beyond(walk: Walk, bound: 'nodes' | 'depth'): Json {
  walk.pass.crossed(bound, walk.pointer);
  return maskOf('over-budget');
}

const cardDigits = 1e12;
/** Numbers that count, order or date things; one in a hundred of them would pass for a card. */
const numberNames = new Set(
  'id ids flow time timestamp ts epoch seq sequence number num nonce offset size bytes count total port pid hash inode version revision generation start end duration created updated at ms ns us date run build'.split(
    ' ',
  ),
);

const isCounted = (field: string): boolean => wordsOf(field).some((word) => numberNames.has(word));

/** A card or phone number as a JSON number. */
function redactNumber(walk: Walk, value: number, place: Place): Json {
  const { verdict } = place;
  const text = String(value);
  if (verdict !== null && verdict.value === 'any' && text.length >= 3) {
    const out = redactLeaf(walk, leafOf(text, place));
    return out === text ? value : out;
  }
  const small = value < cardDigits || isCounted(place.field);
  if (!Number.isInteger(value) || (small && !walk.pass.scanner.isTelling(place.field)))
    return value;
  const out = redactLeaf(walk, leafOf(text, place));
  return out === text ? value : out;
}

/** A number that JSON writes and a double cannot hold: its source is looked at, and stays as it is written where nothing is found. */
function redactRawNumber(walk: Walk, value: RawNumber, place: Place): Json {
  if (place.verdict === null && isCounted(place.field)) return value as unknown as Json;
  const redacted = redactLeaf(walk, leafOf(value.rawJSON, place));
  // Raw JSON stands for a number wherever it is written out, which is all that is done with it.
  return redacted === value.rawJSON ? (value as unknown as Json) : redacted;
}

function redactArray(walk: Walk, list: readonly unknown[], place: Place): Json {
  const items = isJoined(list, place.field) ? redactJoined(walk, list, place.field) : list;
  const pairs = isPaired(items, place.field);
  let copy: Json[] | null = items === list ? null : [...(items as readonly Json[])];
  for (let at = 0; at < items.length; at += 1) {
    walk.path.push(String(at));
    const before = items[at];
    const named = pairs ? decidePair(items, at, place) : place;
    const after = redactNode(walk, before, { ...named, depth: place.depth + 1 });
    walk.path.pop();
    if (after !== before) copy ??= [...(items as readonly Json[])];
    if (copy !== null) copy[at] = after;
  }
  return copy ?? (list as readonly Json[]);
}

function redactSeenObject(walk: Walk, given: object, place: Place): Json {
  const objects = place.verdict === null ? walk.seen?.objects : undefined;
  const before = objects?.get(given);
  if (before !== undefined) return before;
  const redacted = redactObject(walk, given, place);
  objects?.set(given, redacted);
  return redacted;
}

/** Objects whose fields are all of one nature: `passwords: {…}`, `cookies: {…}`. */
const containers = new Set(['password', 'cookie']);

function redactObject(walk: Walk, given: object, place: Place): Json {
  const object = plainObject(given);
  if (!isObject(object)) return redactNode(walk, object, place);
  const named = siblingName(object);
  const isSecret = object['kind'] === 'Secret';
  let copy: Record<string, Json> | null = null;
  const keys = Object.keys(object);
  for (let at = 0; at < keys.length; at += 1) {
    const key = keys[at] ?? '';
    const before = object[key];
    const name = redactName(walk, key);
    walk.path.push(name);
    const field = named !== null && valueNames.has(key) ? named : key;
    const verdict = verdictOf(key, { field, parent: place.verdict, isSecret });
    const after = redactNode(walk, before, { field, verdict, depth: place.depth + 1 });
    walk.path.pop();
    if (copy === null && after === before && name === key) continue;
    copy ??= copyOf(object, keys.slice(0, at));
    put(copy, name, after);
  }
  return copy ?? object;
}

/** Names decide; the children of a container of secrets, and the value of a secret that is described by an object, take after it. */
function verdictOf(
  key: string,
  of: { field: string; parent: FieldVerdict | null; isSecret: boolean },
): FieldVerdict | null {
  const { parent } = of;
  if (parent?.class === 'secret' && (containers.has(parent.kind) || valueNames.has(key)))
    return parent;
  if (of.isSecret && (key === 'data' || key === 'stringData')) return secretData;
  if (parent?.kind === 'user-name' && key === 'name') return parent;
  return decideField(of.field);
}

const secretData: FieldVerdict = { kind: 'password', class: 'secret', value: 'any' };
const valueNames = new Set([
  'value',
  'Value',
  'val',
  'content',
  'VALUE',
  'plaintext',
  'data',
  'secretString',
]);

/** `{name: "DB_PASSWORD", value: …}`: the sibling says what the value is (environment, headers, form fields). */
function siblingName(object: JsonObject): string | null {
  const name =
    object['name'] ??
    object['key'] ??
    object['Name'] ??
    object['Key'] ??
    object['header'] ??
    object['field'];
  return typeof name === 'string' && name.length <= 128 ? name : null;
}

/** What will be serialised: `toJSON` is asked, instances of classes go through JSON. */
function plainObject(value: object): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON('');
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value;
  const text: string | undefined = JSON.stringify(value);
  return text === undefined ? null : JSON.parse(text);
}

const cleanNames = new Set<string>();
/** The place of a name: no field, and yet no text that stands alone. */
const nameOfNames = '(name)';

/** Names of fields carry data too (`{"jane@example.com": 3}`). */
function redactName(walk: Walk, name: string): string {
  if (cleanNames.has(name)) return name;
  walk.path.push('(name)');
  const redacted = redactLeaf(walk, {
    text: name,
    field: nameOfNames,
    verdict: null,
    depth: treeLimits.depth,
  });
  walk.path.pop();
  if (redacted === name && name.length <= 128) {
    if (cleanNames.size >= treeLimits.cleanNames) cleanNames.clear();
    cleanNames.add(name);
  }
  return redacted;
}

function copyOf(object: JsonObject, keys: readonly string[]): Record<string, Json> {
  const copy: Record<string, Json> = {};
  for (const key of keys) put(copy, key, object[key] as Json);
  return copy;
}

/** Two names may become one mark: the later gets a number. `__proto__` stays a plain name. */
function put(copy: Record<string, Json>, wanted: string, value: Json): void {
  let name = wanted;
  for (let at = 2; Object.hasOwn(copy, name); at += 1) name = `${wanted}#${at}`;
  if (name === '__proto__')
    Object.defineProperty(copy, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  else copy[name] = value;
}
