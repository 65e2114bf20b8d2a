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
  const { keys, grouped } = stepsOf(path);
  const found: Json[] = [];
  collect(grouped ? view.group : view.value, 0, { keys, found });
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
  readonly keys: Steps['keys'];
  readonly found: Json[];
}

function collect(value: Json | undefined, at: number, search: Search): void {
  const { keys, found } = search;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) collect(item, at, search);
    return;
  }
  const tried = keys[at];
  if (tried === undefined) {
    if (value !== undefined && value !== null) found.push(value);
    return;
  }
  if (!isObject(value)) return;
  const before = found.length;
  for (const [more, key] of tried.entries()) {
    const inner = value[key];
    if (inner !== undefined) collect(inner, at + more + 1, search);
    if (found.length > before) return;
  }
}

interface Steps {
  /** By part of the path: the key that it is, and those that it is with one and more of the following parts. */
  readonly keys: readonly (readonly string[])[];
  /** Whether the path began with `^.`. */
  readonly grouped: boolean;
}

/** Paths are written in our code, so that their number is bounded. */
const known = new Map<string, Steps>();

function stepsOf(path: string): Steps {
  const before = known.get(path);
  if (before !== undefined) return before;
  const [first = '', ...rest] = path.split('.').map(fold);
  const grouped = first === '^';
  const parts = grouped ? rest : [first, ...rest];
  const keys = parts.map((_, from) =>
    parts.slice(from).map((__, more) => parts.slice(from, from + more + 1).join('.')),
  );
  const made = { keys, grouped };
  known.set(path, made);
  return made;
}
