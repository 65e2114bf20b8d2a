import type { SeverityId } from './finding.ts';

/**
 * Hides what it matches from triage for a while: known noise (a suppression) or planned work (a maintenance window).
 * What it hides is an incident all the same, counted and listed; what still goes on when maintenance ends is triaged.
 */
export interface QuietWindow {
  /** `suppression/<name>` or `maintenance/<name>`. */
  readonly id: string;
  readonly kind: 'suppression' | 'maintenance';
  /** CEL over `incident` and `finding`. */
  readonly when: string;
  readonly owner: string;
  readonly reason: string;
  /** The ticket or change that it belongs to; empty where there is none. */
  readonly change: string;
  /** RFC 3339; the end is excluded. */
  readonly from: string;
  readonly until: string;
  readonly repeat: Repetition | null;
  /** This severity and those above it break through. */
  readonly floor: SeverityId;
}

/** On these days, from a time of day on, for so long. UTC, and only between the window's start and end. */
export interface Repetition {
  readonly days: readonly Weekday[];
  /** `HH:MM` */
  readonly at: string;
  readonly forMs: number;
}

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof weekdays)[number];

/** What else keeps an engine quiet. Null: it does not. */
export interface QuietPolicy {
  /** After a deploy of its service an incident below a severity waits so long for its triage. */
  readonly deploys: { readonly holdMs: number; readonly below: SeverityId } | null;
  /** An incident on which nothing goes on is closed after so long without an alert. */
  readonly staleMs: number | null;
}

export const quietLimits = {
  /** No window outlives those who remember why it is there. */
  daysMax: 90,
  repeatDaysMax: 7,
  liveMax: 200,
} as const;

/** Where nothing else is said, what is critical or worse breaks through. */
export const usualFloor: SeverityId = 5;

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** When the window, or this turn of it, ends; null where it hides nothing now. Milliseconds since the epoch. */
export function quietUntilMs(window: QuietWindow, nowMs: number): number | null {
  const fromMs = Date.parse(window.from);
  const untilMs = Date.parse(window.until);
  if (nowMs < fromMs || nowMs >= untilMs) return null;
  const { repeat } = window;
  if (repeat === null) return untilMs;
  const midnightMs = Math.floor(nowMs / dayMs) * dayMs;
  for (let back = 0; back <= Math.ceil(repeat.forMs / dayMs); back += 1) {
    const startMs = midnightMs - back * dayMs + minutesOf(repeat.at) * minuteMs;
    const endMs = startMs + repeat.forMs;
    const weekday = weekdays[new Date(startMs).getUTCDay()];
    if (weekday === undefined || !repeat.days.includes(weekday)) continue;
    if (nowMs >= startMs && nowMs < endMs) return Math.min(endMs, untilMs);
  }
  return null;
}

function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
