import RE2 from 're2';
import { intakeLimits } from './limits.ts';

/** A name and what stands after it. */
export type TextPair = readonly [string, string];

/**
 * `srcip=192.0.2.7 level="high"` and `action:"Drop"; src:"192.0.2.7"`, in the order in which they stand, `pairsMax` at most.
 * A firewall's log is made of these: they are scanned for, which costs far less than a pattern that is matched again and again.
 */
export function pairsIn(
  text: string,
  pairsMax: number = intakeLimits.keysMax,
): readonly TextPair[] {
  const found: TextPair[] = [];
  for (let at = 0; at < text.length && found.length < pairsMax; at = pastBreak(text, at)) {
    const name = matchAt(nameAt, text, at);
    if (name === '') continue;
    at += name.length;
    const value = valueAt(text, at);
    if (value === null) continue;
    found.push([name, value.text]);
    at = value.end;
  }
  return found;
}

const nameAt = /[A-Za-z_@][\w.@-]*/y;
const wordAt = /[^\s,;"]*/y;
const quotedAt = /"(?:[^"\\]|\\[^\n])*"/y;
const breakAt = /[\s,;<>[]/g;

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Where the next name may begin; the end of the text where none may. */
function pastBreak(text: string, at: number): number {
  breakAt.lastIndex = at;
  const found = breakAt.exec(text);
  return found === null ? text.length : found.index + 1;
}

/** What stands after a name: behind `=` a word or a quoted text, behind `:` only the latter. */
function valueAt(text: string, at: number): { readonly text: string; readonly end: number } | null {
  const sign = text.charAt(at);
  if (sign !== '=' && sign !== ':') return null;
  const quoted = matchAt(quotedAt, text, at + 1);
  if (quoted !== '')
    return { text: quoted.slice(1, -1).replaceAll('\\"', '"'), end: at + 1 + quoted.length };
  if (sign === ':') return null;
  const word = matchAt(wordAt, text, at + 1);
  return { text: word, end: at + 1 + word.length };
}

const named = new RE2(/^([A-Za-z][\w /().-]{1,63}?)\s*:\s+(\S.*)$/);

/** `Alarm : disk full`; null where a line is none such. */
export function namedLine(line: string): TextPair | null {
  const match = named.exec(line);
  return match === null ? null : [String(match[1]), String(match[2])];
}

const proseCharsMin = 24;
const proseCharsMax = 8_192;
const prosePairsMin = 3;
const prosePairsMax = 64;

/** What a message says in pairs or in lines of `Name: value`, three at least; nothing where it is prose. */
export function pairsInProse(text: string): readonly TextPair[] {
  if (text.length < proseCharsMin) return none;
  const head = text.slice(0, proseCharsMax);
  const lines = head.includes('\n') && head.includes(':') ? namedLinesIn(head) : none;
  const pairs = lines.length === 0 && mayHoldPairs(head) ? pairsIn(head, prosePairsMax) : lines;
  return pairs.length < prosePairsMin
    ? none
    : pairs.filter(([, value]) => value !== '').slice(0, prosePairsMax);
}

/** Looking costs less than matching, and most messages are sentences. */
const mayHoldPairs = (text: string): boolean =>
  text.split('=', prosePairsMin + 1).length > prosePairsMin ||
  text.split(':"', prosePairsMin + 1).length > prosePairsMin;

const none: readonly TextPair[] = [];

const namedLinesIn = (text: string): readonly TextPair[] =>
  text
    .split('\n', prosePairsMax * 2)
    .map((line) => namedLine(line.trim()))
    .filter((found) => found !== null);
