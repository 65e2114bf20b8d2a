import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { toRfc3339 } from './written-times.ts';

/** Years that a security alert can be from; anything else is a placeholder such as `0001-01-01` or a unit mistake. */
const oldestMs = Date.UTC(1990, 0, 1);
const newestMs = Date.UTC(2200, 0, 1);

/**
 * RFC 3339 in UTC with the fraction that the sender gave, or null where it is no time we can read. Accepts RFC 3339,
 * `+0000`, a space for the T, no zone (read as UTC), epochs in s, ms, µs and ns (told apart by their size), `{seconds,
 * nanos}`, `/Date(ms)/` of older .NET, and what `toRfc3339` knows. A time without a year is none.
 */
export function parseTime(value: Json | undefined): string | null {
  if (typeof value === 'number') return fromEpoch(String(value));
  if (typeof value !== 'string') return isObject(value) ? fromParts(value) : null;
  const text = value.trim();
  if (text.startsWith('/Date(')) return fromEpoch(/^\/Date\((\d{1,15})\)\/$/.exec(text)?.[1] ?? '');
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
  if (text.length < 16 || text.length > 48 || !isMinute(text)) return null;
  const hasSeconds = text[16] === ':' && isDigits(text, 17, 19);
  const dotted = hasSeconds && (text[19] === '.' || text[19] === ',');
  const fractionEnd = dotted ? digitsEnd(text, 20) : 19;
  const hasFraction = fractionEnd > 20;
  const zone = text.slice(hasFraction ? fractionEnd : hasSeconds ? 19 : 16).trimStart();
  if (!isZone(zone)) return null;
  const second = hasSeconds ? text.slice(17, 19) : '00';
  const base = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 16)}:${second}Z`);
  if (!Number.isFinite(base)) return null;
  return print(
    base - zoneOffsetMs(zone),
    hasFraction ? text.slice(20, Math.min(29, fractionEnd)) : '',
  );
}

/** `2026-11-20T10:00` and `2026-11-20 10:00`, the beginning of what is read here. Patterns cost ten times as much. */
function isMinute(text: string): boolean {
  return (
    isDigits(text, 0, 4) &&
    text[4] === '-' &&
    isDigits(text, 5, 7) &&
    text[7] === '-' &&
    isDigits(text, 8, 10) &&
    (text[10] === 'T' || text[10] === ' ') &&
    isDigits(text, 11, 13) &&
    text[13] === ':' &&
    isDigits(text, 14, 16)
  );
}

const zoneNames: ReadonlySet<string> = new Set(['', 'Z', 'z', 'UTC', 'GMT', '(UTC)', '(GMT)']);

/** None, a name of UTC, `+0100` or `+01:00`. */
function isZone(zone: string): boolean {
  if (zoneNames.has(zone)) return true;
  if (zone[0] !== '+' && zone[0] !== '-') return false;
  const minutes = zone[3] === ':' ? 4 : 3;
  return (
    zone.length === minutes + 2 && isDigits(zone, 1, 3) && isDigits(zone, minutes, minutes + 2)
  );
}

/** What nearly all senders write, `2026-11-20T10:00:00.123Z`, without a pattern: it stands in every alert. */
function fromPlain(text: string): string | null {
  if (text.length < 20 || text.length > 30 || text[10] !== 'T' || !text.endsWith('Z')) return null;
  const fraction = text[19] === '.' ? text.slice(20, -1) : '';
  if (text.length !== 20 && (fraction === '' || !isDigits(fraction, 0, fraction.length)))
    return null;
  const base = Date.parse(`${text.slice(0, 19)}Z`);
  return Number.isFinite(base) ? print(base, fraction) : null;
}

/** Whether there are digits alone from one place to before another. */
const isDigits = (text: string, from: number, to: number): boolean =>
  to <= text.length && digitsEnd(text, from) >= to;

function digitsEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1;
  return at;
}

function zoneOffsetMs(zone: string): number {
  if (zone[0] !== '+' && zone[0] !== '-') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4));
  return (zone[0] === '-' ? -minutes : minutes) * 60_000;
}

function fromEpoch(text: string): string | null {
  const end = digitsEnd(text, 0);
  if (end < 9 || end > 20) return null;
  if (end < text.length && (text[end] !== '.' || end + 1 === text.length)) return null;
  if (end < text.length && digitsEnd(text, end + 1) < text.length) return null;
  const whole = text.slice(0, end);
  const decimals = text.slice(end + 1, end + 10);
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
