import RE2 from 're2';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { toRfc3339 } from './written-times.ts';

const written = new RE2(
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s*(Z|z|UTC|GMT|[+-]\d\d:?\d\d)?$/,
);
const number = new RE2(/^(\d{9,20})(?:\.(\d{1,9})\d*)?$/);

/** Years that a security alert can be from; anything else is a placeholder such as `0001-01-01` or a unit mistake. */
const oldestMs = Date.UTC(1990, 0, 1);
const newestMs = Date.UTC(2200, 0, 1);

/**
 * RFC 3339 in UTC with the fraction that the sender gave, or null where it is no time we can read. Accepts RFC 3339,
 * `+0000`, a space for the T, no zone (read as UTC), epochs in s, ms, µs and ns (told apart by their size), `{seconds,
 * nanos}`, and what `toRfc3339` knows. A time without a year is none.
 */
export function parseTime(value: Json | undefined): string | null {
  if (typeof value === 'number') return fromEpoch(String(value));
  if (typeof value !== 'string') return isObject(value) ? fromParts(value) : null;
  const text = value.trim();
  return fromWritten(text) ?? fromEpoch(text) ?? fromWritten(toRfc3339(text) ?? '');
}

/** `{seconds, nanos}` as protocol buffers are printed; some writers give negative nanos, or seconds as text. */
function fromParts({ seconds, nanos }: JsonObject): string | null {
  const whole = typeof seconds === 'string' ? Number(seconds) : seconds;
  if (typeof whole !== 'number' || !Number.isFinite(whole)) return null;
  const part = typeof nanos === 'number' ? nanos : 0;
  return fromEpoch(String(Math.round(whole * 1000 + part / 1e6)));
}

function fromWritten(text: string): string | null {
  const plain = fromPlain(text);
  if (plain !== null) return plain;
  if (text.length < 16 || text.length > 48) return null;
  const match = written.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second = '00', fraction = '', zone = 'Z'] = match;
  const base = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (!Number.isFinite(base)) return null;
  return print(base - zoneOffsetMs(zone), fraction);
}

/** What nearly all senders write, `2026-11-20T10:00:00.123Z`, without a pattern: it stands in every alert. */
function fromPlain(text: string): string | null {
  if (text.length < 20 || text.length > 30 || text[10] !== 'T' || !text.endsWith('Z')) return null;
  const fraction = text[19] === '.' ? text.slice(20, -1) : '';
  if (text.length !== 20 && (fraction === '' || !isDigits(fraction))) return null;
  const base = Date.parse(`${text.slice(0, 19)}Z`);
  return Number.isFinite(base) ? print(base, fraction) : null;
}

function isDigits(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function zoneOffsetMs(zone: string): number {
  if (zone[0] !== '+' && zone[0] !== '-') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4));
  return (zone[0] === '-' ? -minutes : minutes) * 60_000;
}

function fromEpoch(text: string): string | null {
  const match = number.exec(text);
  if (match === null) return null;
  const [, whole = '', decimals = ''] = match;
  // 11 digits of seconds last until the year 5138, so that the count of digits tells the unit.
  const fractionDigits =
    whole.length <= 11 ? 0 : whole.length <= 14 ? 3 : whole.length <= 17 ? 6 : 9;
  const seconds = Number(whole.slice(0, whole.length - fractionDigits));
  const fraction = fractionDigits === 0 ? decimals : whole.slice(-fractionDigits);
  return print(seconds * 1000, fraction);
}

function print(secondMs: number, fraction: string): string | null {
  if (secondMs < oldestMs || secondMs > newestMs) return null;
  const base = new Date(secondMs).toISOString().slice(0, 19);
  return fraction === '' ? `${base}Z` : `${base}.${fraction}Z`;
}
