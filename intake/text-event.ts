import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { parseJsonText } from './parse-json.ts';

/** What a transport says of a line of text beside it. */
export interface AboutText {
  readonly host: string;
  readonly time: string;
  readonly program: string;
  readonly severity: string;
}

/** The alert in a line of text: the JSON in it, or an object that says what the line and its transport say. */
export function textEvent(text: string, about: AboutText): JsonObject {
  const start = text.indexOf('{');
  const parsed = start === -1 ? null : parseJsonText(text.slice(start));
  const [first]: readonly Json[] = parsed?.kind === 'values' ? parsed.values : [];
  if (parsed?.kind === 'values' && parsed.values.length === 1 && isObject(first)) return first;
  const { host, time, program, severity } = about;
  const said = Object.entries({ time, host, program, severity }).filter(
    ([, value]) => value !== '',
  );
  return { message: text, ...Object.fromEntries(said) };
}
