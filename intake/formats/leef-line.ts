import RE2 from 're2';
import type { Json, JsonObject } from '../../domain/json.ts';
import { intakeLimits } from '../limits.ts';
import { syslogHead } from '../syslog-head.ts';
import { extensionOf } from './cef-line.ts';

const start = new RE2(/(?:^|[\s:])LEEF:[12](?:\.0)?\|/);
const hexDelimiter = new RE2(/^0?x([0-9A-Fa-f]{1,4})$/);

/** One line of IBM's Log Event Extended Format as an object, or null: version 2 names its delimiter, version 1 has tabs. */
export function leefLine(line: string): JsonObject | null {
  if (!line.includes('LEEF:')) return null;
  const text = line.slice(0, intakeLimits.lineCharsMax);
  const found = start.exec(text);
  if (found === null) return null;
  const begin = text.indexOf('LEEF:', found.index);
  const [version = '', vendor = '', product = '', productVersion = '', event = '', ...rest] = text
    .slice(begin + 5)
    .split('|');
  const named = version.startsWith('2') && rest.length > 1;
  const delimiter = named ? delimiterOf(rest[0] ?? '') : '\t';
  const attributes = (named ? rest.slice(1) : rest).join('|');
  return {
    leefVersion: version,
    vendor,
    product,
    productVersion,
    eventId: event,
    attributes: attributes.includes(delimiter)
      ? attributesOf(attributes, delimiter)
      : extensionOf(attributes),
    syslog: { ...syslogHead(text.slice(0, begin)) },
  };
}

function delimiterOf(text: string): string {
  const hex = hexDelimiter.exec(text);
  if (hex !== null) return String.fromCodePoint(Number.parseInt(String(hex[1]), 16));
  return text === '' ? '\t' : text;
}

function attributesOf(text: string, delimiter: string): JsonObject {
  const found: { [key: string]: Json } = Object.create(null);
  for (const pair of text.split(delimiter)) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals).trim();
    if (equals > 0 && key !== '__proto__') found[key] = pair.slice(equals + 1).trim();
  }
  return found;
}
