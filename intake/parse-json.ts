import type { Json, JsonObject } from '../domain/json.ts';
import { codes, refuse, skipSpace, Verdict, type Reader } from './json-reader.ts';
import { readNumber } from './json-number.ts';
import { intakeLimits } from './limits.ts';

/**
 * What a sender's bytes say, read without loss. Decisions (each is a test): a BOM is dropped; objects one after
 * another (NDJSON, or with nothing between) are a sequence; a duplicate key keeps the last value and the earlier one
 * as `<key> (earlier)`; `__proto__` becomes `__proto__ (key)`; numbers that a double cannot hold stay as their source
 * text; lone surrogates and U+0000 become U+FFFD; NaN, comments and trailing commas are invalid.
 */
export type ParsedJson =
  | { readonly kind: 'values'; readonly values: readonly Json[]; readonly notes: readonly string[] }
  | { readonly kind: 'invalid'; readonly verdict: string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
const utf16le = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: false });
const utf16be = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: false });

export function parseJson(bytes: Uint8Array): ParsedJson {
  const text = decodeText(bytes);
  return text === null ? { kind: 'invalid', verdict: 'invalid-utf8' } : parseJsonText(text);
}

/** UTF-8, or UTF-16 where a byte order mark says so (shippers on Windows); null where it is neither. */
function decodeText(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const decoder =
    first === 0xff && second === 0xfe
      ? utf16le
      : first === 0xfe && second === 0xff
        ? utf16be
        : utf8;
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

export function parseJsonText(text: string): ParsedJson {
  return readAll(text, false);
}

/** The same for JSON in which nothing but commas between members is missing; null where that is not what is wrong. */
export function mended(text: string): ParsedJson | null {
  const parsed = readAll(text, true);
  return parsed.kind === 'values' ? parsed : null;
}

function readAll(text: string, commasMayMiss: boolean): ParsedJson {
  const reader: Reader = {
    text,
    at: 0,
    depth: 0,
    keys: 0,
    values: 0,
    notes: new Set(),
    commasMayMiss,
  };
  try {
    const values = readSequence(reader);
    return { kind: 'values', values, notes: [...reader.notes] };
  } catch (error) {
    if (error instanceof Verdict) return { kind: 'invalid', verdict: error.message };
    throw error;
  }
}

function readSequence(reader: Reader): readonly Json[] {
  const values: Json[] = [];
  skipSpace(reader);
  if (reader.at >= reader.text.length) refuse(reader, 'invalid-json: no value');
  while (reader.at < reader.text.length) {
    // Only objects follow one another: `[] []` or `1 2` is a mistake, not a sequence.
    if (values.length > 0 && reader.text.charCodeAt(reader.at) !== codes.brace)
      refuse(reader, 'invalid-json: text after the value');
    values.push(readValue(reader));
    skipSpace(reader);
    const last = values.at(-1);
    if (
      reader.at < reader.text.length &&
      (last === null || typeof last !== 'object' || Array.isArray(last))
    ) {
      refuse(reader, 'invalid-json: text after the value');
    }
  }
  return values;
}

function readValue(reader: Reader): Json {
  reader.values += 1;
  if (reader.values > intakeLimits.valuesMax) refuse(reader, 'too-many-values');
  const code = reader.text.charCodeAt(reader.at);
  switch (code) {
    case codes.brace:
      return readObject(reader);
    case codes.bracket:
      return readArray(reader);
    case codes.quote:
      return readString(reader);
    case 116:
      return readWord(reader, 'true', true);
    case 102:
      return readWord(reader, 'false', false);
    case 110:
      return readWord(reader, 'null', null);
    default:
      return readNumber(reader);
  }
}

function readWord(reader: Reader, word: string, value: Json): Json {
  if (!reader.text.startsWith(word, reader.at)) refuse(reader, 'invalid-json: unknown word');
  reader.at += word.length;
  return value;
}

function enter(reader: Reader): void {
  reader.depth += 1;
  if (reader.depth >= intakeLimits.depthMax) refuse(reader, 'too-deep');
  reader.at += 1;
  skipSpace(reader);
}

function readArray(reader: Reader): Json {
  enter(reader);
  const items: Json[] = [];
  if (reader.text.charCodeAt(reader.at) === codes.closeBracket) return leave(reader, items);
  for (;;) {
    items.push(readValue(reader));
    skipSpace(reader);
    const code = reader.text.charCodeAt(reader.at);
    if (code === codes.closeBracket) return leave(reader, items);
    if (code !== codes.comma) refuse(reader, 'invalid-json: no comma in an array');
    reader.at += 1;
    skipSpace(reader);
  }
}

function leave<Value extends Json>(reader: Reader, value: Value): Value {
  reader.at += 1;
  reader.depth -= 1;
  return value;
}

function readObject(reader: Reader): JsonObject {
  enter(reader);
  // SECURITY: no prototype, so that no key of a sender reaches one.
  const object: { [key: string]: Json } = Object.create(null);
  if (reader.text.charCodeAt(reader.at) === codes.closeBrace) return leave(reader, object);
  for (;;) {
    if (reader.text.charCodeAt(reader.at) !== codes.quote)
      refuse(reader, 'invalid-json: a key must be a string');
    reader.keys += 1;
    if (reader.keys > intakeLimits.keysMax) refuse(reader, 'too-many-keys');
    const key = safeKey(reader, readString(reader));
    skipSpace(reader);
    if (reader.text.charCodeAt(reader.at) !== codes.colon)
      refuse(reader, 'invalid-json: no colon after a key');
    reader.at += 1;
    skipSpace(reader);
    const value = readValue(reader);
    if (key in object) keepEarlier(reader, object, key);
    object[key] = value;
    skipSpace(reader);
    const code = reader.text.charCodeAt(reader.at);
    if (code === codes.closeBrace) return leave(reader, object);
    if (code === codes.comma) {
      reader.at += 1;
      skipSpace(reader);
    } else if (reader.commasMayMiss && code === codes.quote) {
      reader.notes.add('missing-comma');
    } else refuse(reader, 'invalid-json: no comma in an object');
  }
}

function safeKey(reader: Reader, key: string): string {
  if (key !== '__proto__') return key;
  reader.notes.add('proto-key-renamed');
  return '__proto__ (key)';
}

function keepEarlier(reader: Reader, object: { [key: string]: Json }, key: string): void {
  reader.notes.add('duplicate-keys');
  object[`${key} (earlier)`] = object[key] ?? null;
}

function readString(reader: Reader): string {
  const { text } = reader;
  const start = reader.at + 1;
  let plain = true;
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === codes.quote) break;
    // NaN at the end of the text fails the first comparison and lands here as well.
    if (!(code >= 32))
      refuse(
        reader,
        Number.isNaN(code)
          ? 'invalid-json: a string does not end'
          : 'invalid-json: control character',
      );
    if (code === codes.backslash) {
      plain = false;
      at += 1;
    }
    at += 1;
  }
  reader.at = at + 1;
  if (plain) return text.slice(start, at);
  return unescape(reader, text.slice(start - 1, at + 1));
}

function unescape(reader: Reader, quoted: string): string {
  let value: string;
  try {
    value = JSON.parse(quoted) as string; // A JSON string literal by construction, or it throws.
  } catch {
    return refuse(reader, 'invalid-json: bad escape');
  }
  if (!value.isWellFormed()) {
    reader.notes.add('lone-surrogates-replaced');
    value = value.toWellFormed();
  }
  if (!value.includes('\0')) return value;
  // SQL text and jsonb cannot hold U+0000.
  reader.notes.add('nul-replaced');
  return value.replaceAll('\0', '\ufffd');
}
