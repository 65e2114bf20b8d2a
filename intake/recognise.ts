import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { at } from './fields.ts';

/** Looks at a folded body; names are written folded. */
export interface Test {
  (body: JsonObject): boolean;
  /**
   * Where the test holds, the body has at least one of these keys at its top: so most formats need not be asked about
   * most alerts. Null where nothing can be said.
   */
  readonly heads: readonly string[] | null;
}

const testOf = (heads: Test['heads'], holds: (body: JsonObject) => boolean): Test =>
  Object.assign(holds, { heads });

/** All of these paths stand in the body, whatever their values. */
export const has = (...paths: readonly string[]): Test =>
  testOf(fewest(paths.map(headsOf)), (body) => paths.every((path) => at(body, path) !== undefined));

export const any = (...tests: readonly Test[]): Test =>
  testOf(together(tests), (body) => tests.some((each) => each(body)));

export const all = (...tests: readonly Test[]): Test =>
  testOf(fewest(tests.map(({ heads }) => heads)), (body) => tests.every((each) => each(body)));

export const not = (negated: Test): Test => testOf(null, (body) => !negated(body));

/** The text at `path` is one of these, in any case. */
export const says = (path: string, ...words: readonly string[]): Test =>
  testOf(headsOf(path), (body) => {
    const value = at(body, path);
    return typeof value === 'string' && words.includes(value.toLowerCase());
  });

export const starts = (path: string, ...heads: readonly string[]): Test =>
  testOf(headsOf(path), (body) => {
    const value = at(body, path);
    return typeof value === 'string' && heads.some((head) => value.toLowerCase().startsWith(head));
  });

export const isList = (path: string): Test =>
  testOf(headsOf(path), (body) => Array.isArray(at(body, path)));

export const isRecord = (path: string): Test =>
  testOf(headsOf(path), (body) => {
    const value = at(body, path);
    return value !== undefined && isObject(value);
  });

/** A test of the first object in the list at `path`. */
export const firstIn = (path: string, inside: (body: JsonObject) => boolean): Test =>
  testOf(headsOf(path), (body) => {
    const list = at(body, path);
    const first: Json | undefined = Array.isArray(list) ? (list[0] as Json | undefined) : undefined;
    return typeof first === 'object' && first !== null && !Array.isArray(first)
      ? inside(first as JsonObject)
      : false;
  });

/** A path may be nested or dotted at any point: `a.b.c` begins with the key `a`, `a.b` or `a.b.c`. */
function headsOf(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
}

/** Of tests that must all hold, the one with the fewest keys says enough. */
function fewest(all: readonly Test['heads'][]): Test['heads'] {
  const known = all.filter((heads) => heads !== null);
  return known.toSorted((one, other) => one.length - other.length)[0] ?? null;
}

function together(tests: readonly Test[]): Test['heads'] {
  const heads: string[] = [];
  for (const each of tests) {
    if (each.heads === null) return null;
    heads.push(...each.heads);
  }
  return heads;
}
