import RE2 from 're2';
import type { Json } from '../domain/json.ts';
import type { Draft } from './draft.ts';
import { folded } from './fold.ts';
import { timeOf } from './formats/generic-identity.ts';
import { leavesOf } from './leaves.ts';

/** A day and a time of it, as a sender wrote them without a year. */
export interface YearlessTime {
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** `10:11:12`. */
  readonly clock: string;
  /** Digits of a second; '' where there are none. */
  readonly fraction: string;
}

export interface NearTo {
  /** When it was received, in milliseconds since the epoch. */
  readonly nowMs: number;
  /** Minutes east of UTC. */
  readonly offsetMinutes: number;
}

/** RFC 3339, of the year that puts it nearest to a moment: not of next December in January. Null for no day of any of them. */
export function inNearestYear(
  { month, day, clock, fraction }: YearlessTime,
  near: NearTo,
  years: readonly number[] = yearsAround(near),
): string | null {
  const [best] = years
    .flatMap((year) => msOf(`${year}-${two(month)}-${two(day)}T${clock}Z`, day))
    .map((ms) => ms - near.offsetMinutes * 60_000)
    .toSorted((a, b) => Math.abs(a - near.nowMs) - Math.abs(b - near.nowMs));
  if (best === undefined) return null;
  return `${new Date(best).toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

function yearsAround({ nowMs }: NearTo): readonly number[] {
  const year = new Date(nowMs).getUTCFullYear();
  return [year - 1, year, year + 1];
}

const two = (value: number): string => String(value).padStart(2, '0');

/** 30 February is read as 2 March by Date. */
function msOf(text: string, day: number): readonly number[] {
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).getUTCDate() === day ? [ms] : [];
}

export const months: readonly string[] = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(
  ' ',
);

// Syslog (RFC 3164), and Snort's and many firewalls' 05/30-19:09:10.917356.
const named = new RE2(
  /^(?:[A-Z][a-z]{2},? +)?([A-Z][a-z]{2})[a-z]* +(\d{1,2})[, ]+(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/,
);
const numbered = new RE2(/^(\d\d)\/(\d\d)[- ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/);
const charsMax = 48;

/** What is a time but for its year, as RFC 3339; null for all else, times with a year among them. */
function yearless(value: Json | undefined, near: NearTo): string | null {
  if (typeof value !== 'string' || value.length > charsMax || !value.includes(':')) return null;
  const text = value.trim();
  const match = named.exec(text) ?? numbered.exec(text);
  if (match === null) return null;
  const [, first = '', day = '', clock = '', fraction = ''] = match.map((part) =>
    part === undefined ? undefined : String(part),
  );
  const month = months.indexOf(first) + 1 || Number(first);
  return month >= 1 && month <= 12
    ? inNearestYear({ month, day: Number(day), clock, fraction }, near)
    : null;
}

/** Gives drafts without a time the one that their alert states without a year; a note says that it is assumed. */
export function withYears(drafts: readonly Draft[], nowMs: number): readonly Draft[] {
  return drafts.map((draft) => {
    if (draft.time !== null || draft.format === 'unparsed') return draft;
    const near = { nowMs, offsetMinutes: 0 };
    const time = timeOf(leavesOf(folded(draft.unmapped)), (value) => yearless(value, near));
    return time === null ? draft : { ...draft, time, notes: [...draft.notes, 'year-assumed'] };
  });
}
