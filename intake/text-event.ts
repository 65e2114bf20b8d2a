import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { alertReaderOf } from './formats/registry.ts';
import { parseJsonText } from './parse-json.ts';
import { readText } from './text-body.ts';

/** What a transport says of a line of text beside it; empty where it does not. */
export interface AboutText {
  readonly host: string;
  readonly time: string;
  readonly program: string;
  readonly severity: string;
}

/** A line of text as it came, and what is left of it without the transport's own head. */
export interface TextLine {
  readonly whole: string;
  readonly message: string;
}

/**
 * The alert in a line of text, as an object that readers know: the JSON in it, a line of a known format, its
 * `key=value` pairs, or the message alone. Where no reader knows it, what the transport says of it stands beside it.
 */
export function textEvent({ whole, message }: TextLine, about: AboutText): JsonObject {
  const found = jsonIn(message) ?? firstObject(readText(whole));
  if (found !== null && alertReaderOf(found) !== null) return found;
  const { host, time, program, severity } = about;
  const said = Object.entries({ time, host, program, severity }).filter(
    ([, value]) => value !== '',
  );
  return { ...Object.fromEntries(said), message, ...found };
}

function jsonIn(message: string): JsonObject | null {
  const start = message.indexOf('{');
  if (start === -1 || !message.trimEnd().endsWith('}')) return null;
  const parsed = parseJsonText(message.slice(start));
  return parsed.kind === 'values' && parsed.values.length === 1 ? firstObject(parsed.values) : null;
}

function firstObject(values: readonly Json[] | null): JsonObject | null {
  const [first] = values ?? [];
  return isObject(first) ? first : null;
}
