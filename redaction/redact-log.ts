import { isObject, type JsonObject } from '../domain/json.ts';
import type { Redactor } from './redact.ts';

/**
 * For pino: `hooks: { logMethod }` sees arguments before they are formatted, `formatters.log` sees the merged object. Both are given
 * through these functions; a log line is a sink like any other. Originals of tokens made here are dropped: logs are never revealed.
 */
export function redactLog(redactor: Redactor, fields: object): JsonObject {
  const { value } = redactor.redact(readable(fields));
  return isObject(value) ? value : { redacted: value };
}

/** The arguments of a log call: object, message and what is put into it. */
export function redactLogArguments(redactor: Redactor, values: readonly unknown[]): unknown[] {
  return values.map((value) =>
    typeof value === 'string'
      ? redactor.redactText(value).text
      : redactor.redact(readable(value)).value,
  );
}

const causesMax = 5;

/** Errors have no enumerable fields: JSON would show `{}`. */
function readable(value: unknown, depth = 0): unknown {
  if (value instanceof Error) {
    const cause =
      value.cause === undefined || depth >= causesMax
        ? {}
        : { cause: readable(value.cause, depth + 1) };
    return {
      ...Object.fromEntries(Object.entries(value)),
      type: value.name,
      message: value.message,
      stack: value.stack,
      ...cause,
    };
  }
  if (depth > 0 || typeof value !== 'object' || value === null || Array.isArray(value))
    return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]): [string, unknown] => [
      name,
      readable(field, depth + 1),
    ]),
  );
}
