/**
 * Words that say what a number is, and how far from it they may stand. Most identifiers are believed only next to such a word: nine
 * digits alone may be anything. A word matches whole, a plural `s` aside; `*` at an end leaves that end open (`steuer*`).
 */
export interface Near {
  /** Lower case without accents, or in another script as it is written there. */
  readonly words: readonly string[];
  /** Characters before the match in which a word may begin. */
  readonly before?: number;
  /** Characters after the match in which a word may end. */
  readonly after?: number;
  /** Words that speak against it right before the nearest of `words`, or between it and the match. */
  readonly unless?: readonly string[];
  /** The name of the field does not count: `postalCode` stands beside addresses of machines as well. */
  readonly textOnly?: true;
}

export const nearLimits = { before: 48, after: 28, list: 24, window: 96, unless: 24 } as const;

/** What stands around a match, in lower case. */
export interface Surroundings {
  readonly before: string;
  readonly after: string;
  /** The words of the field's name, apart by blanks. */
  readonly field: string;
}

/** Whether one of the words stands near enough or in the field's name. */
export function isNear(near: Near, around: Surroundings): boolean {
  const against = (text: string): boolean =>
    (near.unless ?? []).some((word) => endOf(text, word) >= 0);
  if (near.textOnly !== true && near.words.some((word) => endOf(around.field, word) >= 0))
    return !against(around.field);
  const before = around.before.slice(-(near.before ?? nearLimits.before));
  const said = Math.max(...near.words.map((word) => endOf(before, word)));
  if (said >= 0) {
    const close = before.slice(Math.max(0, said - nearLimits.unless));
    return !against(close);
  }
  const after = around.after.slice(0, near.after ?? nearLimits.after);
  return near.words.some((word) => endOf(after, word) >= 0);
}

/** The literal part of a word: what the one pass over a text looks for. */
export function literalOf(word: string): string {
  const known = bareWords.get(word);
  if (known !== undefined) return known;
  const bare = word.replaceAll('*', '');
  bareWords.set(word, bare);
  return bare;
}

/** Words of rules: as many as the rules hold. */
const bareWords = new Map<string, string>();

/** Where the last occurrence of the word ends in the text, or -1. */
function endOf(text: string, word: string): number {
  if (text === '') return -1;
  const bare = literalOf(word);
  const openLeft = word.startsWith('*');
  const openRight = word.endsWith('*');
  for (let at = text.lastIndexOf(bare); at >= 0; at = text.lastIndexOf(bare, at - 1)) {
    const end = at + bare.length;
    const left = openLeft || !isWordChar(bare, 0) || !isWordChar(text, at - 1);
    const right = openRight || !isWordChar(bare, bare.length - 1) || endsThere(text, end);
    if (left && right) return end;
    if (at === 0) return -1;
  }
  return -1;
}

/** Digits may follow at once (`BSN123…`), and a plural `s` belongs to the word. */
const endsThere = (text: string, at: number): boolean =>
  !isLetter(text, at) || (text.charAt(at) === 's' && !isLetter(text, at + 1));

const isLetter = (text: string, at: number): boolean => /^[a-z]$/.test(text.charAt(at));

function isWordChar(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
}

/** What may stand between identifiers in a text that holds nothing else. */
const glue = /^(?:[\s,;:&|/.()"']|\b(?:and|or|to|from|und|et|ou|y|e|o)\b)*$/i;

/** Whether the ranges, in order, are all that a text says. */
export function areAll(text: string, ranges: readonly (readonly [number, number])[]): boolean {
  let rest = '';
  let at = 0;
  for (const [start, end] of ranges) {
    rest += ` ${text.slice(at, start)}`;
    at = end;
  }
  rest += ` ${text.slice(at)}`;
  return rest.length <= nearLimits.list * (ranges.length + 1) && glue.test(rest);
}
