import { JSONPath } from 'jsonpath-plus';
import { isObject, type Json, type JsonObject } from './json.ts';

/** What a path may look like and how much it may yield. Crossing one is a problem at load, or fewer results never more. */
export const pathLimits = {
  chars: 512,
  segments: 16,
  wildcards: 2,
  indexMax: 9_999,
  nameChars: 128,
  results: 1_000,
} as const;

type Segment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'wildcard' };

/** SECURITY: never reachable by a path, whatever the data holds. */
const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

// Names are limited to characters that mean nothing to jsonpath-plus, so that its own grammar never comes into play.
const dotName = /^\.([A-Za-z_][A-Za-z0-9_]*)/;
const quotedName = /^\[(?:'([A-Za-z_][A-Za-z0-9_ ./:-]*)'|"([A-Za-z_][A-Za-z0-9_ ./:-]*)")\]/;
const indexed = /^\[(0|[1-9][0-9]{0,5})\]/;
const wildcard = /^(?:\.\*|\[\*\])/;

/**
 * Says what is wrong with a path, or null. Accepted is a filterless subset of RFC 9535: `$`, names, indexes from
 * zero, and at most two wildcards; no unions, slices, filters, scripts or recursive descent.
 */
export function checkPath(path: string): string | null {
  const parsed = parsePath(path);
  return typeof parsed === 'string' ? parsed : null;
}

/**
 * Reads what the path names. Without a wildcard: the value, or undefined where nothing is there. With one: the list
 * of all that was found, at most `pathLimits.results`. A path that `checkPath` refuses selects nothing.
 */
export function select(path: string, data: Json): Json | undefined {
  const segments = parsePath(path);
  if (typeof segments === 'string') return undefined;
  let found: readonly Json[] = [data];
  for (const segment of segments)
    found = found.flatMap((value) => step(segment, value)).slice(0, pathLimits.results);
  return segments.some((segment) => segment.kind === 'wildcard') ? found : found[0];
}

/** The names that a path starts with, for example `['steps', 'asset']`; stops at the first index or wildcard. */
export function leadingNames(path: string): readonly string[] {
  const segments = parsePath(path);
  if (typeof segments === 'string') return [];
  const names: string[] = [];
  for (const segment of segments) {
    if (segment.kind !== 'name') break;
    names.push(segment.name);
  }
  return names;
}

const parsedPaths = new Map<string, readonly Segment[] | string>();
const parsedPathsMax = 2_000;

/** DETERMINISM: a memo of a pure function of the path; a hit and a miss give the same segments. */
function parsePath(path: string): readonly Segment[] | string {
  const known = parsedPaths.get(path);
  if (known !== undefined) return known;
  const parsed = parseFresh(path);
  if (parsedPaths.size < parsedPathsMax && path.length <= pathLimits.chars)
    parsedPaths.set(path, parsed);
  return parsed;
}

function parseFresh(path: string): readonly Segment[] | string {
  if (path.length > pathLimits.chars)
    return `the path is longer than ${pathLimits.chars} characters`;
  if (!path.startsWith('$')) return 'a path starts with $';
  const segments: Segment[] = [];
  let rest = path.slice(1);
  while (rest !== '') {
    const next = parseSegment(rest);
    if (typeof next === 'string') return next;
    segments.push(next.segment);
    rest = rest.slice(next.length);
    if (segments.length > pathLimits.segments)
      return `the path has more than ${pathLimits.segments} parts`;
  }
  const wildcards = segments.filter((segment) => segment.kind === 'wildcard').length;
  if (wildcards > pathLimits.wildcards)
    return `the path has more than ${pathLimits.wildcards} wildcards`;
  return segments;
}

function parseSegment(
  rest: string,
): { readonly segment: Segment; readonly length: number } | string {
  if (rest.startsWith('..')) return 'recursive descent (..) is not allowed';
  if (/^\[\s*\(|^\[\s*\?/.test(rest)) return 'filters and scripts are not allowed';
  const any = wildcard.exec(rest);
  if (any) return { segment: { kind: 'wildcard' }, length: any[0].length };
  const index = indexed.exec(rest);
  if (index) {
    const value = Number(index[1]);
    if (value > pathLimits.indexMax) return `an index is at most ${pathLimits.indexMax}`;
    return { segment: { kind: 'index', index: value }, length: index[0].length };
  }
  const named = dotName.exec(rest) ?? quotedName.exec(rest);
  if (!named) return `cannot read '${rest.slice(0, 20)}': expected .name, ['name'], [0] or [*]`;
  const name = named[1] ?? named[2] ?? '';
  if (forbiddenNames.has(name)) return `the name ${name} is not allowed`;
  if (name.length > pathLimits.nameChars)
    return `a name is at most ${pathLimits.nameChars} characters`;
  return { segment: { kind: 'name', name }, length: named[0].length };
}

/**
 * One segment at a time, on a container of the right kind: so `length` of a list or text is not a member, `[0]` of
 * an object is not either, and a key named `*` in an alert cannot narrow a wildcard.
 */
function step(segment: Segment, value: Json): readonly Json[] {
  if (segment.kind === 'wildcard') {
    if (Array.isArray(value)) return everyMember(value.slice(0, pathLimits.results));
    return isObject(value) ? everyMember(bare(value)) : [];
  }
  if (segment.kind === 'index') {
    const items = Array.isArray(value) ? (value as readonly Json[]) : [];
    return items.slice(segment.index, segment.index + 1);
  }
  return isObject(value) && Object.hasOwn(value, segment.name) ? [value[segment.name] ?? null] : [];
}

function bare(value: JsonObject): JsonObject {
  return Object.assign(Object.create(null) as Record<string, Json>, value);
}

/** SECURITY: `eval: false` makes jsonpath-plus refuse every filter and script; none passes `parsePath` anyway. */
function everyMember(json: JsonObject | readonly Json[]): readonly Json[] {
  const found: unknown = JSONPath({
    path: ['$', '*'],
    json,
    eval: false,
    wrap: true,
    resultType: 'value',
  });
  return Array.isArray(found) ? (found as Json[]) : []; // values of `json`, hence Json
}
