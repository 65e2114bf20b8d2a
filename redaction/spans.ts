import type { Confidence } from './rule.ts';

/** A range of a text (UTF-16 units) that must not stay, and why. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly class: 'secret' | 'personal';
  readonly rule: string;
  readonly confidence?: Confidence;
  /** What it was found behind, from the outside in. */
  readonly decoders?: readonly string[];
}

export type SpanKind = Omit<Span, 'start' | 'end'>;

/**
 * Makes spans disjoint: of those that overlap the longest names the kind (the first found where equal), and the result covers all
 * of them, so that no part of a loser is left standing.
 */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
  if (spans.length < 2) return spans;
  const sorted = spans
    .map((span, order) => ({ span, order }))
    .sort((a, b) => a.span.start - b.span.start || a.order - b.order);
  const merged: Span[] = [];
  for (const { span } of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) {
      merged.push(span);
      continue;
    }
    const secret = secretInAddress(last, span);
    if (secret !== null) {
      merged[merged.length - 1] = secret;
      continue;
    }
    const winner = outranks(span, last) ? span : last;
    merged[merged.length - 1] = { ...winner, start: last.start, end: Math.max(last.end, span.end) };
  }
  return merged;
}

/** `https://bob:hunter2@host.example` reads as an address as well: there the password goes and the host stays. */
function secretInAddress(one: Span, other: Span): Span | null {
  const secret = one.class === 'secret' ? one : other;
  const address = one.class === 'secret' ? other : one;
  const inside =
    secret.class === 'secret' &&
    address.kind === 'email' &&
    secret.start <= address.start &&
    secret.end < address.end;
  return inside ? secret : null;
}

/** A secret outranks a personal datum unless the latter covers it whole: what is masked can never come back. */
function outranks(span: Span, last: Span): boolean {
  const longer = span.end - span.start - (last.end - last.start);
  if (span.class !== last.class && longer !== 0)
    return span.class === 'secret'
      ? span.end > last.end || longer > 0
      : longer > 0 && span.start <= last.start;
  return longer > 0;
}

/**
 * Our own marks from an earlier pass. A span inside a mark is dropped; one that overlaps a mark is kept whole, so that a mark planted
 * inside a secret protects nothing.
 */
export function withoutMarks(
  spans: readonly Span[],
  marks: readonly (readonly [number, number])[],
): readonly Span[] {
  if (marks.length === 0) return spans;
  return spans.flatMap((span) => {
    let { start, end } = span;
    for (let at = firstEndingAfter(marks, start); at < marks.length; at += 1) {
      const [from, to] = marks[at] ?? [end, end];
      if (from >= end) break;
      if (span.start >= from && span.end <= to) return [];
      start = Math.min(start, from);
      end = Math.max(end, to);
    }
    return [{ ...span, start, end }];
  });
}

/** Binary search: marks are disjoint and in order. */
function firstEndingAfter(marks: readonly (readonly [number, number])[], offset: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.[1] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
