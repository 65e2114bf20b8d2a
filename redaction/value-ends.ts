import type { FieldVerdict } from './field-names.ts';

const valueChars = 2048;

const scheme = /^(?:bearer|basic|token|apikey|bot|digest|negotiate|ssws|key) +/i;

/** Steps over what stands between operator and value: brackets, string prefixes, quotes (escaped ones too), a scheme. */
export function openingAt(text: string, from: number): { open: string; start: number } {
  const head = /^[[({]? {0,2}[@$bfruBFRU]{0,2}(?:'(?="))?(\\{0,63}["'`]) {0,2}/.exec(
    text.slice(from, from + 80),
  );
  const open = head?.[1] ?? '';
  const start = from + (head?.[0].length ?? 0);
  return { open, start: start + (scheme.exec(text.slice(start, start + 12))?.[0].length ?? 0) };
}

export function quotedEnd(text: string, start: number, open: string): number {
  const limit = Math.min(text.length, start + valueChars);
  const quote = open.charAt(open.length - 1);
  for (let at = start; at < limit; at += 1) {
    const char = text.charAt(at);
    if (char === '\\' && open.length === 1) at += 1;
    else if (char === quote) return open.length > 1 ? Math.max(start, at - (open.length - 1)) : at;
  }
  return bareEndAt(text, start, /[\s"'`]/);
}

/** LEEF 2 says in its head what stands between fields. */
const leefDelimiter = (text: string): string =>
  /^LEEF:2(?:\.0)?\|(?:[^|\n]{0,256}\|){4}([^|\s\w\\])\|/.exec(text.slice(0, 1_100))?.[1] ?? '';

export function bareEnd(text: string, start: number, verdict: FieldVerdict): number {
  const delimiter = text.startsWith('LEEF:2') ? leefDelimiter(text) : '';
  const end = lineEnd(text, start, { end: bareEndOf(text, start, verdict), verdict });
  const cut = delimiter === '' ? -1 : text.slice(start, end).indexOf(delimiter);
  return cut === -1 ? end : start + cut;
}

/**
 * A file inside a string of JSON has its lines written as one (`TOKEN=…\\nDEBUG=1`). No token holds a backslash; a password may, so
 * that there the next line must begin with a name of its own.
 */
function lineEnd(text: string, start: number, of: { end: number; verdict: FieldVerdict }): number {
  const value = text.slice(start, of.end);
  if (!value.includes('\\')) return of.end;
  const line = of.verdict.value === 'any' ? nextAssignment : escapedLine;
  const at = value.search(line);
  return at < 1 ? of.end : start + at;
}

const escapedLine = /\\{1,31}[nrt]/;
const nextAssignment = /\\{1,31}n(?:export )?[A-Za-z_][\w.-]{0,63} ?[=:]/;

function bareEndOf(text: string, start: number, verdict: FieldVerdict): number {
  if (verdict.kind === 'cookie') return bareEndAt(text, start, /[\r\n"'`]/);
  return bareEndAt(text, start, verdict.value === 'any' ? /[\s;&"'`<>|]/ : /[\s;&"'`<>|,)}\]]/);
}

export function bareEndAt(text: string, start: number, stop: RegExp): number {
  const limit = Math.min(text.length, start + valueChars);
  let at = start;
  while (at < limit && !stop.test(text.charAt(at))) at += 1;
  while (at > start && /[,)}\]]/.test(text.charAt(at - 1)) && stop.test(' ')) at -= 1;
  return at;
}
