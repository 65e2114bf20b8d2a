import type { Json } from '../domain/json.ts';
import type { FieldVerdict } from './field-names.ts';
import type { Pass, PathOf } from './pass.ts';

export const treeLimits = {
  leafChars: 1_048_576,
  depth: 64,
  nodes: 20_000,
  jsonInText: 3,
  cleanNames: 4_096,
  /** Characters searched for one document. A measure of time that is the same on every machine and in every replay. */
  workChars: 16_777_216,
} as const;

/** What a walk carries along. `path` is a stack; it is turned into text only when something is found. */
export interface Walk {
  readonly pass: Pass;
  readonly path: string[];
  /** Of `path`; made once, for nearly no place is ever named. */
  readonly pointer: PathOf;
  nodes: number;
  /** Characters that may still be searched. */
  workLeft: number;
  /** How many strings of JSON we are inside of. */
  readonly texts: number;
  /** Redacts one value: text that holds JSON is walked with it. */
  readonly descend: (walk: Walk, value: unknown, place: Place) => Json;
  /** Null where what stands at one place says nothing of another: under rules of paths, inside of texts. */
  readonly seen: Seen | null;
}

/**
 * What was redacted before in the same delivery. An object's redaction depends on nothing around it, unless the name of its place has
 * a verdict; a text's depends on the name besides, if rules find anything in it.
 */
export interface Seen {
  readonly objects: Map<object, Json>;
  readonly texts: Map<string, { readonly field: string; readonly redacted: string }>;
}

export const nothingSeen = (): Seen => ({ objects: new Map(), texts: new Map() });

export interface Place {
  /** The name of the field that the value stands in; array items take the array's. */
  readonly field: string;
  readonly verdict: FieldVerdict | null;
  readonly depth: number;
}

/** The place where a walk is when it is asked, as a JSON Pointer (RFC 6901). */
export const pointerOf =
  (path: readonly string[]): PathOf =>
  () =>
    path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
