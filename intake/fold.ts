import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { fold } from './fields.ts';
import { parseJsonText } from './parse-json.ts';

/**
 * A copy in which one product's PascalCase, camelCase, snake_case and lower-case documents are alike (see `fold`), and
 * in which JSON that stands in a string is read. The same object gives the same copy.
 */
export function folded(value: JsonObject): JsonObject {
  const known = copies.get(value);
  if (known !== undefined) return known;
  const copy = foldObject(value, 0);
  copies.set(value, copy);
  return copy;
}

const copies = new WeakMap<JsonObject, JsonObject>();

function foldValue(value: Json, embedded: number): Json {
  if (typeof value === 'string')
    return embedded < embeddedLevelsMax ? opened(value, embedded) : value;
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) => foldValue(item, embedded));
  return isObject(value) ? foldObject(value, embedded) : value;
}

function foldObject(value: JsonObject, embedded: number): JsonObject {
  // SECURITY: no prototype, so that no key of a sender reaches one.
  const copy: { [key: string]: Json } = Object.create(null);
  for (const key of Object.keys(value)) {
    const name = fold(key);
    const earlier = copy[name];
    // Of `url` and `URL` the one that says something.
    if (earlier === undefined || earlier === '' || earlier === null)
      copy[name] = foldValue(value[key] ?? null, embedded);
  }
  return copy;
}

/** How often JSON is opened within JSON within a string, and how long such a string may be. */
const embeddedLevelsMax = 2;
const embeddedCharsMax = 262_144;

function opened(text: string, embedded: number): Json {
  if (!looksLikeJson(text)) return text;
  const parsed = parseJsonText(text);
  const [first] = parsed.kind === 'values' ? parsed.values : [];
  return first === undefined || first === null ? text : foldValue(first, embedded + 1);
}

function looksLikeJson(text: string): boolean {
  if (text.length < 7 || text.length > embeddedCharsMax) return false;
  const first = text.charCodeAt(0);
  if (first !== 123 && first !== 91) return false;
  const head = text.slice(1, 16).trimStart();
  return head.startsWith('"') || head.startsWith('{');
}
