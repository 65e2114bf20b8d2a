import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Envelope } from './draft.ts';
import { asText, fold } from './fields.ts';

/** One alert as declarations read it: folded keys, and the object around it where it is one of several. */
export interface View {
  readonly value: JsonObject;
  /** What the alert's paths with `^.` read; the alert itself where nothing is around it. */
  readonly group: JsonObject;
  /** The body's own object, keys as they were sent. */
  readonly raw: JsonObject;
  readonly envelope: Envelope;
}

/**
 * Where something stands: a path, or a function for what no path can say. A path such as `Service.Action.Ip` is folded
 * like the keys, goes through lists (it finds the value in each item), and reads a key whether it is dotted or nested.
 * `^.` begins at the object around the alert.
 */
export type Source = string | ((view: View) => readonly string[]);
export type Sources = Source | readonly Source[];

/** Everything that stands at a path. */
export function valuesAt(view: View, path: string): readonly Json[] {
  const parts = partsOf(path);
  const found: Json[] = [];
  if (parts[0] === '^') collect(view.group, 1, { parts, found });
  else collect(view.value, 0, { parts, found });
  return found;
}

export function textsOf(view: View, sources: Sources): readonly string[] {
  if (typeof sources === 'string') return pathTexts(view, sources);
  if (typeof sources === 'function') return sources(view).filter((text) => text !== '');
  return sources.flatMap((source) => textsOf(view, source));
}

/** The first text that one of `sources` gives; '' where none does. */
export function firstOf(view: View, sources: Sources): string {
  if (typeof sources === 'string' || typeof sources === 'function')
    return textsOf(view, sources)[0] ?? '';
  for (const source of sources) {
    const text = textsOf(view, source)[0];
    if (text !== undefined) return text;
  }
  return '';
}

function pathTexts(view: View, path: string): readonly string[] {
  const texts: string[] = [];
  for (const value of valuesAt(view, path)) {
    const text = asText(value);
    if (text !== '' && !saysNothing(text)) texts.push(text);
  }
  return texts;
}

/** What products write where they have no value. */
const nothing: ReadonlySet<string> = new Set([
  'null',
  '<NA>',
  '-',
  'N/A',
  'n/a',
  'None',
  'undefined',
  '(empty)',
]);

export const saysNothing = (text: string): boolean => nothing.has(text);

interface Search {
  readonly parts: readonly string[];
  readonly found: Json[];
}

function collect(value: Json | undefined, at: number, search: Search): void {
  const { parts, found } = search;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) collect(item, at, search);
    return;
  }
  if (at === parts.length) {
    if (value !== undefined && value !== null) found.push(value);
    return;
  }
  if (!isObject(value)) return;
  const before = found.length;
  let key = parts[at] ?? '';
  for (let next = at + 1; ; next += 1) {
    const inner = value[key];
    if (inner !== undefined) collect(inner, next, search);
    if (next >= parts.length || found.length > before) return;
    key = `${key}.${parts[next] ?? ''}`;
  }
}

/** Paths are written in our code, so that their number is bounded. */
const known = new Map<string, readonly string[]>();

function partsOf(path: string): readonly string[] {
  const parts = known.get(path);
  if (parts !== undefined) return parts;
  const made = path.split('.').map(fold);
  known.set(path, made);
  return made;
}
