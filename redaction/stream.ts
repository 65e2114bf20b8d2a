import type { RedactedText, Redactor } from './redact.ts';
import type { SpanKind } from './spans.ts';
import { treeLimits } from './walk-state.ts';

/**
 * Text of any size is read in windows that overlap: what stands in the middle part is judged with everything around it that a rule may
 * look at, so that the answer does not depend on where the windows or the chunks end.
 */
export const streamLimits = {
  /** Characters before the middle that are read again: further back no rule looks. */
  beforeChars: 8_192,
  bodyChars: 65_536,
  /** Characters behind the middle: key blocks, the longest thing that is searched for, end within them. */
  afterChars: 24_576,
  /** JSON up to this size is walked as JSON, as a whole or line by line. */
  jsonChars: treeLimits.leafChars,
} as const;

export interface StreamOptions {
  readonly bodyChars?: number;
}

/** One part of the output, in order; what `redactText` answers for text that fits a window. `line` is the line on which it begins. */
export interface StreamPart extends RedactedText {
  readonly line: number;
}

/**
 * Redacts a stream. A document of JSON that fits `jsonChars` is walked as one, a line that is JSON by itself; everything else is text.
 * Memory is bounded by the windows.
 */
export async function* redactStream(
  redactor: Redactor,
  chunks: AsyncIterable<string> | Iterable<string>,
  options: StreamOptions = {},
): AsyncGenerator<StreamPart> {
  const text = createTextWindows(redactor, options.bodyChars ?? streamLimits.bodyChars);
  let line = 1;
  for await (const piece of piecesOf(chunks)) {
    if (piece.json) {
      yield* text.flush();
      yield { ...redactor.redactText(piece.text), line };
    } else yield* text.add(piece.text, line);
    line += newlinesIn(piece.text);
  }
  yield* text.flush();
}

interface Piece {
  readonly text: string;
  readonly json: boolean;
}

const newlinesIn = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
};

/** Lines with their ends; a line longer than `jsonChars` comes in parts, as text. */
async function* piecesOf(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Piece> {
  let pending = '';
  let first = true;
  let wholeSeen = false;
  for await (const chunk of chunks) {
    pending += chunk;
    if (first && pending.length <= streamLimits.jsonChars) continue;
    first = false;
    wholeSeen = true;
    pending = yield* linesOf(pending);
  }
  if (!wholeSeen && isJson(pending)) {
    yield { text: pending, json: true };
    return;
  }
  const rest = yield* linesOf(pending);
  if (rest !== '') yield { text: rest, json: isJson(rest) };
}

function* linesOf(text: string): Generator<Piece, string> {
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    const line = text.slice(start, end + 1);
    yield { text: line, json: isJson(line) };
    start = end + 1;
  }
  const rest = text.slice(start);
  if (rest.length <= streamLimits.jsonChars) return rest;
  yield { text: rest, json: false };
  return '';
}

function isJson(text: string): boolean {
  if (text.length > streamLimits.jsonChars || !/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface TextWindows {
  add(text: string, line: number): Generator<StreamPart>;
  flush(): Generator<StreamPart>;
}

function createTextWindows(redactor: Redactor, bodyChars: number): TextWindows {
  /** What was answered already, as context, and what was not. */
  let before = '';
  let ahead = '';
  let line = 1;
  const found = new Map<string, SpanKind>();
  function* step(size: number): Generator<StreamPart> {
    const start = before.length;
    const text = before + ahead.slice(0, size + streamLimits.afterChars);
    const part = redactor.redactPart(text, { start, end: start + size, found });
    yield { text: part.text, report: part.report, sealed: part.sealed, line };
    line += newlinesIn(text.slice(start, part.end));
    ahead = ahead.slice(part.end - start);
    before = text.slice(Math.max(0, part.end - streamLimits.beforeChars), part.end);
  }
  return {
    *add(text, at) {
      if (ahead === '') line = at;
      ahead += text;
      while (ahead.length >= bodyChars + streamLimits.afterChars) yield* step(bodyChars);
    },
    *flush() {
      while (ahead !== '') yield* step(Math.min(ahead.length, bodyChars));
      before = '';
    },
  };
}
