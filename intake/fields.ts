import { isObject, type Json, type JsonObject } from '../domain/json.ts';

/**
 * Reads `a.b.c` from data where a key may be nested or dotted at any point (`{"a.b":{"c":1}}` as well as
 * `{"a":{"b":{"c":1}}}`): products send both forms of one document. Undefined where there is nothing.
 */
export function at(value: Json | undefined, path: string): Json | undefined {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(value, head)) continue;
    const found = at(value[head], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first of `paths` that holds text or a number (or a list that begins with one), as text; '' where none does. */
export function textAt(value: Json | undefined, ...paths: readonly string[]): string {
  for (const path of paths) {
    const text = asText(at(value, path));
    if (text !== '') return text;
  }
  return '';
}

export function asText(value: Json | undefined): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return asText(value[0] as Json | undefined);
  return '';
}

/** All text at `path`, whether one value or a list of them. */
export function textsAt(value: Json | undefined, path: string): readonly string[] {
  const found = at(value, path);
  const list = Array.isArray(found) ? (found as readonly Json[]) : [found];
  return list.map((item) => asText(item)).filter((text) => text !== '');
}

export function objectAt(value: Json | undefined, path: string): JsonObject | undefined {
  const found = at(value, path);
  return isObject(found) ? found : undefined;
}

export function listAt(value: Json | undefined, path: string): readonly Json[] {
  const found = at(value, path);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

/** A key without what products disagree about: `host_name`, `hostName`, `Host Name` and `host-name` are one. */
export function fold(key: string): string {
  const known = foldedKeys.get(key);
  if (known !== undefined) return known;
  const folded = key.toLowerCase().replace(separators, '');
  if (foldedKeys.size < foldedKeysMax && key.length <= foldedKeyCharsMax)
    foldedKeys.set(key, folded);
  return folded;
}

const separators = /[_ -]/g;
/** Senders use few keys again and again; the bounds keep a hostile one from filling memory. */
const foldedKeys = new Map<string, string>();
const foldedKeysMax = 10_000;
const foldedKeyCharsMax = 64;
