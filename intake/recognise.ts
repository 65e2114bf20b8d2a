import type { Json, JsonObject } from '../domain/json.ts';
import { at } from './fields.ts';

/** Looks at a folded body; names are written folded. */
export type Test = (body: JsonObject) => boolean;

/** All of these paths stand in the body, whatever their values. */
export const has =
  (...paths: readonly string[]): Test =>
  (body) =>
    paths.every((path) => at(body, path) !== undefined);

export const any =
  (...tests: readonly Test[]): Test =>
  (body) =>
    tests.some((test) => test(body));

export const all =
  (...tests: readonly Test[]): Test =>
  (body) =>
    tests.every((test) => test(body));

export const not =
  (test: Test): Test =>
  (body) =>
    !test(body);

/** The text at `path` is one of these, in any case. */
export const says =
  (path: string, ...words: readonly string[]): Test =>
  (body) => {
    const value = at(body, path);
    return typeof value === 'string' && words.includes(value.toLowerCase());
  };

export const starts =
  (path: string, ...heads: readonly string[]): Test =>
  (body) => {
    const value = at(body, path);
    return typeof value === 'string' && heads.some((head) => value.toLowerCase().startsWith(head));
  };

export const isList =
  (path: string): Test =>
  (body) =>
    Array.isArray(at(body, path));

/** A test of the first object in the list at `path`. */
export const firstIn =
  (path: string, test: Test): Test =>
  (body) => {
    const list = at(body, path);
    const first: Json | undefined = Array.isArray(list) ? (list[0] as Json | undefined) : undefined;
    return typeof first === 'object' && first !== null && !Array.isArray(first)
      ? test(first as JsonObject)
      : false;
  };
