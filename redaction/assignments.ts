import { decideField, type FieldVerdict } from './field-names.ts';
import { bareEnd, bareEndAt, openingAt, quotedEnd } from './value-ends.ts';
import { acceptsValue, randomPart, type Operator } from './assigned-values.ts';

/** `name = value` in free text: code, `.env` files, YAML, query strings, XML, headers, command lines. */
export interface Assignment {
  readonly start: number;
  readonly end: number;
  readonly verdict: FieldVerdict;
}

const nameChars = 64;
const blanksMax = 40;
/** A quote inside JSON inside JSON … is written behind 1, 3, 7, 15, 31 backslashes. */
const quoteChars = 64;

const isNameChar = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 45 ||
  code === 46;

/**
 * Looks at each place where a credential word stands (`hitEnds`, ascending). Each step is bounded, so the whole is linear
 * in the number of words.
 */
export function findAssignments(text: string, hitEnds: readonly number[]): readonly Assignment[] {
  const found: Assignment[] = [];
  let nameDone = -1;
  let valueDone = -1;
  for (const hitEnd of hitEnds) {
    if (hitEnd <= nameDone || hitEnd <= valueDone) continue;
    const name = nameAround(text, hitEnd);
    if (name === null) continue;
    nameDone = name.end;
    const verdict =
      decideField(name.text) ??
      decideField(`${wordBefore(text, name.start)} ${name.text}`) ??
      queryKey(text, name);
    if (verdict === null || verdict.class !== 'secret') continue;
    const value = labelledValue(text, name) ?? valueAfter(text, { name, verdict });
    if (value === null) continue;
    found.push({ ...value, verdict });
    valueDone = value.end;
  }
  return found;
}

/** `?key=…` in a URL, or `key: …` where an API is spoken of: nothing else is called `key` there. The same for codes and signatures. */
function queryKey(text: string, name: Name): FieldVerdict | null {
  const inQuery = /[?&#]/.test(text.charAt(name.start - 1));
  if (/^key$/i.test(name.text))
    return inQuery || isAboutAnApi(text, name.start) ? decideField('url_key') : null;
  return inQuery &&
    /^(?:code|sig|signature|auth|ticket|samlresponse|assertion|hmac)$/i.test(name.text)
    ? urlSecret
    : null;
}

const urlSecret: FieldVerdict = { kind: 'url-secret', class: 'secret', value: 'random' };

const labelChars = 2_048;

/** CEF names a custom field beside it: `cs1Label=Password cs1=…`. */
function labelledValue(text: string, name: Name): { start: number; end: number } | null {
  const label = /\b((?:c[sn]|flexString|deviceCustomString)\d)Label=$/.exec(
    text.slice(Math.max(0, name.start - 32), name.start),
  )?.[1];
  if (label === undefined) return null;
  const from = Math.max(0, name.start - labelChars);
  const near = text.slice(from, name.end + labelChars);
  const at = near.search(new RegExp(`(?:^|[ |])${label}=`));
  if (at === -1) return null;
  const start = from + near.indexOf('=', at) + 1;
  return {
    start,
    end:
      start +
      (/^(?:(?! [\w.]{1,40}=)[^\n]){1,1024}/.exec(text.slice(start, start + 1_024))?.[0].length ??
        0),
  };
}

interface Name {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const aboutChars = 100;
/** The words before say that a key of some interface follows: then it may look like a hash. */
const isAboutAnApi = (text: string, start: number): boolean =>
  /\bapi\b/i.test(text.slice(Math.max(0, start - aboutChars), start));

function nameAround(text: string, hitEnd: number): Name | null {
  let start = hitEnd;
  let end = hitEnd;
  while (start > 0 && isNameChar(text.charCodeAt(start - 1))) {
    start -= 1;
    if (hitEnd - start > nameChars) return null;
  }
  while (end < text.length && isNameChar(text.charCodeAt(end))) {
    end += 1;
    if (end - hitEnd > nameChars) return null;
  }
  if (start === hitEnd) return null;
  while (end > hitEnd && /[-.]/.test(text.charAt(end - 1))) end -= 1;
  return { text: text.slice(start, end).replace(/^[-.]+/, ''), start, end };
}

function wordBefore(text: string, start: number): string {
  if (text.charAt(start - 1) !== ' ') return '';
  let from = start - 1;
  while (from > 0 && start - from < nameChars && isNameChar(text.charCodeAt(from - 1))) from -= 1;
  // `<add key="…">`: the word is an element's name.
  if (text.charAt(from - 1) === '<') return '';
  return text.slice(from, start - 1);
}

function valueAfter(
  text: string,
  of: { name: Name; verdict: FieldVerdict },
): { start: number; end: number } | null {
  const { operator, at } = operatorAfter(text, of.name);
  if (operator === null) return null;
  const { open, start } = openingAt(text, at);
  let end =
    operator === 'tag'
      ? bareEndAt(text, start, /</)
      : open === ''
        ? bareEnd(text, start, of.verdict)
        : quotedEnd(text, start, open);
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  if (end <= start) return null;
  // A quoted text before a colon is the next name, not this one's value.
  if (
    open !== '' &&
    !isCompared(text, at) &&
    /^\\{0,63}["'`]\s{0,3}(?::|=>)/.test(text.slice(end, end + quoteChars + 6))
  )
    return null;
  const followed = text.charAt(end);
  const value = text.slice(start, end);
  const accepted = acceptsValue(value, {
    verdict: of.verdict,
    operator,
    quoted: open !== '',
    followed,
    name: of.name.text,
    said: operator === 'said' || isAboutAnApi(text, of.name.start),
  });
  if (!accepted) return null;
  const part = operator === 'tag' && of.verdict.value === 'random' ? randomPart(value) : null;
  return part === null ? { start, end } : { start: start + part[0], end: start + part[1] };
}

/** `if password == "…":` ends with a colon that names nothing. */
const isCompared = (text: string, at: number): boolean =>
  /[!=]= {0,3}$/.test(text.slice(Math.max(0, at - 5), at));

const symbols = /^(?::{0,3}=(?:>|=)?|\.=|\?=|\|\|=?|!==?|->|:|=>)/;
const words = /^(?:is|was|as|-|to|set to)[ :]+/i;
const declaredType = /^ {1,4}(?:string|String|str|char\*?|text|const)(?= {0,4}[:=])/;

interface Operation {
  readonly operator: Operator | null;
  /** Where the value may begin. */
  readonly at: number;
}

function operatorAfter(text: string, name: Name): Operation {
  let at = name.end;
  while (at - name.end < quoteChars && /["'`)\]\\]/.test(text.charAt(at))) at += 1;
  const quotedName = at > name.end;
  const before = text.charAt(name.start - 1);
  if (before === '<' && text.charAt(at) === '>')
    return { operator: 'tag', at: skipBlanks(text, at + 1, true) };
  // `/etc/passwd` is a path, `/password:x` a flag.
  const isPath = before === '/' && !/^\s?$/.test(text.charAt(name.start - 2));
  if (isPath && text.charAt(at) !== '=') return { operator: null, at };
  const declared = declaredType.exec(text.slice(at, at + 16))?.[0].length ?? 0;
  const blanks = skipBlanks(text, at + declared, false);
  const symbol = symbols.exec(text.slice(blanks, blanks + 5))?.[0];
  if (symbol !== undefined)
    return {
      operator: symbol === ':' ? 'colon' : 'strong',
      at: skipBlanks(text, blanks + symbol.length, false),
    };
  const isFlag = before === '/' || text.charAt(name.start) === '-';
  return wordOperator(text, { at, blanks, quotedName, isFlag });
}

/** Without `=` or `:`: arguments of a call, a sentence, a flag and its value, or just a neighbour. */
function wordOperator(
  text: string,
  of: { at: number; blanks: number; quotedName: boolean; isFlag: boolean },
): Operation {
  const next = text.charAt(of.blanks);
  if ((next === ',' && of.quotedName) || next === '(')
    return { operator: 'weak', at: skipBlanks(text, of.blanks + 1, false) };
  if (of.blanks === of.at) return { operator: null, at: of.at };
  const word = words.exec(text.slice(of.blanks, of.blanks + 12))?.[0];
  if (word !== undefined)
    return { operator: /^(?:is|was)/i.test(word) ? 'said' : 'weak', at: of.blanks + word.length };
  return { operator: of.isFlag ? 'flag' : 'blank', at: of.blanks };
}

function skipBlanks(text: string, from: number, lines: boolean): number {
  let at = from;
  while (
    at - from < blanksMax &&
    (text.charAt(at) === ' ' ||
      text.charAt(at) === '\t' ||
      (lines && /[\r\n]/.test(text.charAt(at))))
  )
    at += 1;
  return at;
}
