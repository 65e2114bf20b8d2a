import type { Span } from './spans.ts';

const echoChars = 10;
const mixed = /\d.*[A-Za-z]|[A-Za-z].*\d/;
const echoesMax = 200;

/**
 * A secret that was found once is a secret wherever else the same text repeats it, without the words around it too. Short ones are
 * not followed: they are words of the language as well. Linear for each distinct secret; their number is bounded.
 */
export function withEchoes(text: string, spans: readonly Span[]): readonly Span[] {
  const found = new Map<string, Span>();
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
  const echoes: Span[] = [];
  for (const [value, span] of found) {
    for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) {
      if (at !== span.start)
        echoes.push({ ...span, start: at, end: at + value.length, rule: 'repeated-value' });
      if (echoes.length >= echoesMax) return [...spans, ...echoes];
    }
  }
  return echoes.length === 0 ? spans : [...spans, ...echoes];
}
