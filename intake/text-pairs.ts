import RE2 from 're2';
import { everyMatch } from './every-match.ts';

/** A name and what stands after it. */
export type TextPair = readonly [string, string];

const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const pair = new RE2(
  `(?:^|[\\s,;<>\\[])([A-Za-z_@][\\w.@-]*)(?:=(${quoted}|[^\\s,;"]*)|:(${quoted}))`,
  'g',
);

/** `srcip=192.0.2.7 level="high"` and `action:"Drop"; src:"192.0.2.7"`, in the order in which they stand. */
export const pairsIn = (text: string): readonly TextPair[] =>
  everyMatch(pair, text).map(([, key, assigned, said]) => [
    String(key),
    unquoted(String(assigned ?? said)),
  ]);

const unquoted = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('\\"', '"')
    : text;

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
  const pairs = lines.length === 0 && mayHoldPairs(head) ? pairsIn(head) : lines;
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
