import { redactSpans } from './leaf.ts';
import type { Span } from './spans.ts';
import type { Walk } from './walk-state.ts';

const charsMax = 262_144;

/**
 * Reads a list of strings as one text (arguments joined by blanks, lines by line breaks) and gives the list back with what was found
 * replaced in each item. A span over several items is replaced in each of them.
 */
export function redactJoined(
  walk: Walk,
  items: readonly string[],
  field: string,
): readonly string[] {
  const glue = /lines?$|body|content/i.test(field) ? '\n' : ' ';
  const text = items.join(glue);
  if (text.length > charsMax) return items;
  const spans = walk.pass.scanner.scan(text, field);
  if (spans.length === 0) return items;
  let start = 0;
  return items.map((item) => {
    const end = start + item.length;
    const inside = spans
      .filter((span) => span.start < end && span.end > start)
      .map((span): Span => within(span, start, end));
    start = end + glue.length;
    return redactSpans(walk, item, inside);
  });
}

function within(span: Span, from: number, to: number): Span {
  return { ...span, start: Math.max(span.start, from) - from, end: Math.min(span.end, to) - from };
}
