import type { Json } from '../domain/json.ts';
import { codes, refuse, type Reader } from './json-reader.ts';

/** A number of JSON's grammar: as a number where a double holds it, else as its source text. */
export function readNumber(reader: Reader): Json {
  const { text } = reader;
  const start = reader.at;
  if (text.charCodeAt(reader.at) === codes.minus) reader.at += 1;
  if (text.charCodeAt(reader.at) === codes.zero) reader.at += 1;
  else skipDigits(reader);
  let whole = true;
  if (text.charCodeAt(reader.at) === codes.dot) {
    whole = false;
    reader.at += 1;
    skipDigits(reader);
  }
  if ((text.charCodeAt(reader.at) | 32) === 101) {
    whole = false;
    reader.at += 1;
    const sign = text.charCodeAt(reader.at);
    if (sign === codes.minus || sign === 43) reader.at += 1;
    skipDigits(reader);
  }
  return exactNumber(reader, text.slice(start, reader.at), whole);
}

/** A double holds 15 significant digits always, and most senders print at most 17. */
const significantDigitsMax = 17;

function exactNumber(reader: Reader, source: string, whole: boolean): Json {
  const value = Number(source);
  const exact = whole ? Number.isSafeInteger(value) : Number.isFinite(value) && fits(source, value);
  if (exact) return value;
  reader.notes.add('number-kept-as-text');
  return source;
}

function fits(source: string, value: number): boolean {
  let digits = 0;
  for (const character of source) {
    if (character === 'e' || character === 'E') break;
    if (character >= '0' && character <= '9' && (digits > 0 || character !== '0')) digits += 1;
  }
  return digits <= significantDigitsMax && (value !== 0 || digits === 0);
}

function isDigit(code: number): boolean {
  return code >= codes.zero && code <= codes.nine;
}

function skipDigits(reader: Reader): void {
  const { text } = reader;
  if (!isDigit(text.charCodeAt(reader.at)))
    refuse(reader, 'invalid-json: bad number or unknown word');
  while (isDigit(text.charCodeAt(reader.at))) reader.at += 1;
}
