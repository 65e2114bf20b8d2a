import type { Span, SpanKind } from './spans.ts';

const echoChars = 10;
const mixed = /\d.*[A-Za-z]|[A-Za-z].*\d/;
const echoesMax = 200;

/**
 * A secret that was found once is a secret wherever else the same text repeats it, without the words around it too. Short ones are
 * not followed: they are words of the language as well. Linear for each distinct secret; their number is bounded.
 * What `found` holds from an earlier part of the same text is followed too, and what is found here is added.
 */
export function withEchoes(
  text: string,
  spans: readonly Span[],
  found: Map<string, SpanKind> = new Map(),
): readonly Span[] {
  for (const span of spans) {
    const value = text.slice(span.start, span.end);
    if (
      span.class === 'secret' &&
      value.length >= echoChars &&
      (value.length >= 12 || mixed.test(value)) &&
      !/\s/.test(value) &&
      found.size < echoesMax
    )
      found.set(value, span);
  }
  const known = new Set(spans.map((span) => span.start));
  const echoes: Span[] = [];
  for (const [value, span] of found) {
    for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) {
      if (!known.has(at))
        echoes.push({ ...span, start: at, end: at + value.length, rule: 'repeated-value' });
      if (echoes.length >= echoesMax) return [...spans, ...echoes];
    }
  }
  return echoes.length === 0 ? spans : [...spans, ...echoes];
}
