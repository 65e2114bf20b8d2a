/** Plain JSON data: the only shape that crosses a wall between rooms, processes or versions. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for an object that is neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `Value` where it holds nothing besides JSON, and what no value fits where it holds more (functions, dates, `unknown`). */
type OnlyJson<Value> = Value extends Json
  ? Value
  : Value extends (...given: never) => unknown
    ? never
    : Value extends object
      ? { readonly [Key in keyof Value]: OnlyJson<Value[Key]> }
      : never;

type AsJson<Value> = Value extends readonly unknown[]
  ? readonly Json[]
  : Value extends object
    ? JsonObject
    : Json;

/**
 * A value whose type is made of JSON, as JSON. The compiler checks the type; it only does not see by itself that an
 * interface, which has no index signature, fits one. Nothing happens when it runs.
 */
export function asJson<Value>(value: Value & OnlyJson<Value>): AsJson<Value> {
  return value as unknown as AsJson<Value>; // as `OnlyJson` has checked
}
