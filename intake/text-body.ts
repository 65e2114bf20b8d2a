import type { Json, JsonObject } from '../domain/json.ts';
import { isObject } from '../domain/json.ts';
import { cefLine } from './formats/cef-line.ts';
import { leefLine } from './formats/leef-line.ts';
import { snortFastLine } from './formats/snort-fast.ts';
import { zeekTable } from './formats/zeek-table.ts';
import { intakeLimits } from './limits.ts';
import { parseJsonText } from './parse-json.ts';
import { namedLine, pairsIn } from './text-pairs.ts';
import { saysNothing } from './view.ts';

/**
 * What a body that is no JSON says, as objects that the readers know: CEF and LEEF lines (alone or within syslog),
 * Snort's fast alerts, Zeek tables, lines of `key=value` and of `key: value`. A line among them that cannot be read
 * stays as text. Null where the body is none of this.
 */
export function readText(text: string): readonly Json[] | null {
  const table = zeekTable(text);
  if (table !== null) return table;
  const lines = text
    .split('\n', intakeLimits.findingsPerDeliveryMax + 1)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) return null;
  const known = lines.map(readLine);
  if (known.some((line) => line !== null))
    return known.map((line, index) => line ?? lines[index] ?? '');
  const named = namedLines(lines);
  return named === null ? null : [named];
}

function readLine(line: string): JsonObject | null {
  return cefLine(line) ?? leefLine(line) ?? snortFastLine(line) ?? jsonLine(line) ?? pairs(line);
}

/** One line of NDJSON, where another line made the whole unreadable. */
function jsonLine(line: string): JsonObject | null {
  if (!line.startsWith('{')) return null;
  const parsed = parseJsonText(line);
  const [first] = parsed.kind === 'values' ? parsed.values : [];
  return isObject(first) ? first : null;
}

const pairsMin = 3;

/** `date=2026-11-20 level="high" srcip=192.0.2.7 …` and `[action:"Drop"; …]`, as firewalls and logfmt write it. */
function pairs(line: string): JsonObject | null {
  const found: { [key: string]: Json } = Object.create(null);
  let count = 0;
  for (const [key, value] of pairsIn(line.slice(0, intakeLimits.lineCharsMax))) {
    count += 1;
    if (key !== '__proto__' && !(key in found) && !saysNothing(value)) found[key] = value;
  }
  if (count < pairsMin) return null;
  const { date, time } = found;
  if (typeof date === 'string' && typeof time === 'string' && !time.includes('-'))
    found['time'] = `${date} ${time}${typeof found['tz'] === 'string' ? found['tz'] : ''}`;
  return { ...found, line };
}

/** `Alarm : disk full` line by line, as mails and some SNS messages are written. */
function namedLines(lines: readonly string[]): JsonObject | null {
  const found: { [key: string]: Json } = Object.create(null);
  let count = 0;
  for (const line of lines.slice(0, intakeLimits.namedLinesMax)) {
    const named = namedLine(line.slice(0, intakeLimits.lineCharsMax));
    if (named === null) continue;
    count += 1;
    const [key, value] = named;
    if (!(key in found)) found[key] = value;
  }
  return count >= pairsMin && count * 2 >= lines.length
    ? { ...found, text: lines.join('\n') }
    : null;
}
