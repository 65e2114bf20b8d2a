import type { FieldVerdict } from './field-names.ts';
import { looksRandom } from './assigned-values.ts';
import { parseJson } from './json-text.ts';
import { marksIn, maskOf } from './kinds.ts';
import { isPersonalAccount } from './checks/identity.ts';
import type { Span } from './spans.ts';
import { isPlaceholder } from './validators.ts';
import { pointerOf, treeLimits, type Walk } from './walk-state.ts';

/** A string and where it stands. */
export interface Leaf {
  readonly text: string;
  readonly field: string;
  readonly verdict: FieldVerdict | null;
  readonly depth: number;
}

/** The field's name first, then JSON inside the text, then patterns. On an error the whole leaf is masked. */
export function redactLeaf(walk: Walk, leaf: Leaf): string {
  const { text } = leaf;
  if (text.length < 2)
    return leaf.verdict?.value === 'any' && leaf.verdict.class === 'secret' && text !== ''
      ? maskOf(leaf.verdict.kind)
      : text;
  if (text.length > treeLimits.leafChars) {
    walk.pass.crossed('leaf', walk.pointer);
    return maskOf('over-budget');
  }
  const texts = leaf.verdict === null ? walk.seen?.texts : undefined;
  if (texts === undefined) return redactText(walk, leaf);
  const field = saidBy(walk, leaf);
  const before = texts.get(text);
  if (before?.field === field) return before.redacted;
  const redacted = redactText(walk, leaf);
  texts.set(text, { field, redacted });
  return redacted;
}

/** What the name of the field adds to the text: names that add nothing are one. JSON is read by the names that stand in it. */
const saidBy = (walk: Walk, { field, text }: Leaf): string =>
  walk.pass.scanner.isMute(field) && !mayBeJson(text) ? '(any)' : field;

function redactText(walk: Walk, leaf: Leaf): string {
  try {
    return redactWhole(walk, leaf) ?? redactJsonText(walk, leaf) ?? redactPatterns(walk, leaf);
  } catch {
    // SECURITY: an internal error must not let the original through.
    walk.pass.crossed('error', walk.pointer);
    return maskOf('error');
  }
}

/** The whole value, where the name of its field says what it is; null where patterns must decide. */
function redactWhole(walk: Walk, leaf: Leaf): string | null {
  const { verdict, text } = leaf;
  const action = walk.pass.whole(walk.pointer);
  if (action !== null && !isMarked(text))
    return walk.pass.replace(
      { kind: 'field', class: 'personal', rule: 'path', confidence: 'certain', action },
      text,
      walk.pointer,
    );
  if (verdict === null || !isWhole(verdict, leaf)) return null;
  // Where the policy keeps the kind, the patterns still look at what it holds.
  return walk.pass.replace(
    { kind: verdict.kind, class: verdict.class, rule: 'field-name', confidence: 'certain' },
    text,
    walk.pointer,
  );
}

/** Values that are left to the patterns: they hold more than the secret. */
const partly = new Set(['connection-string', 'webhook']);

/** Whether a text is what the name of its field says, as a whole. */
export function isWhole(verdict: FieldVerdict, leaf: Pick<Leaf, 'text' | 'field'>): boolean {
  const { text } = leaf;
  if (verdict.class === 'personal')
    return isPersonal(verdict.kind, text) && marksIn(text).length === 0;
  if (partly.has(verdict.kind) || isPlaceholder(text) || isMarked(text)) return false;
  if (/^(?:AKIA|ASIA)[A-Z0-9]{16}$/.test(text)) return false;
  if (/^pwd$/i.test(leaf.field) && /^(?:[/~]|[A-Za-z]:\\)/.test(text)) return false;
  switch (verdict.value) {
    case 'any':
      return true;
    case 'random':
      return !isReference(text);
    case 'key-like':
      return text.length >= 20 && looksRandom(text) && !isIdentifier(text);
  }
}

/** Hashes, UUIDs, addresses, and ids as this engine makes them (`inc_…`): they are called keys, and open nothing. */
const isIdentifier = (text: string): boolean =>
  /^[0-9a-f]{32,64}$|^[0-9a-f-]{36}$|^[a-z]{2,5}_[a-z2-7]{24}$|[/:]/i.test(text);

/** The name or address of a secret rather than the secret: an ARN, a path, a URL without user data. */
const isReference = (text: string): boolean =>
  /^(?:arn:|urn:|projects\/|vault:|https?:\/\/[^@\s?]*$|\/[\w./-]+$)/.test(text);

function isMarked(text: string): boolean {
  const marks = marksIn(text);
  return (
    marks.length > 0 &&
    marks.reduce((left, [start, end]) => left - (end - start), text.length) === 0
  );
}

function isPersonal(kind: string, text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  switch (kind) {
    case 'us-ssn':
      return digits === 9;
    case 'phone':
      return digits >= 7 && digits <= 15 && /^[+\d\s().x/-]+$/i.test(text);
    case 'payment-card':
      return digits >= 12 && digits <= 19 && /^[\d -]+$/.test(text);
    case 'iban':
      return digits >= 10 && text.length <= 42;
    case 'birth-date':
      return digits >= 4 && text.length <= 40;
    case 'passport':
      return digits >= 5 && text.length <= 20;
    case 'person-name':
    case 'full-name':
      return /^\p{L}[\p{L}\p{M} .,'\u2019-]{0,127}$/u.test(text);
    case 'user-name':
      return isPersonalAccount(text) && !/[@<>{}=]/.test(text) && text.length <= 128;
    default:
      return /\p{L}/u.test(text) && text.length <= 128 && !/[<>{}=]/.test(text);
  }
}

/** Whether a text begins as an object, a list or a string of JSON does. */
function mayBeJson(text: string): boolean {
  if (text.length < 4) return false;
  const first = text.charCodeAt(0);
  if (first > 32 && first < 128) return first === 91 || first === 123 || first === 34;
  return /^\s*[[{"]/.test(text);
}

/** JSON inside a string is walked and written again, so that it stays JSON. Null where it is none or holds nothing. */
function redactJsonText(walk: Walk, leaf: Leaf): string | null {
  if (walk.texts >= treeLimits.jsonInText || !mayBeJson(leaf.text)) return null;
  const parsed = parseJson(leaf.text);
  if (parsed === undefined) return null;
  const path = [...walk.path, '(json)'];
  const inner: Walk = {
    ...walk,
    path,
    pointer: pointerOf(path),
    texts: walk.texts + 1,
    seen: null,
  };
  const redacted = walk.descend(inner, parsed, {
    field: leaf.field,
    verdict: null,
    depth: leaf.depth + 1,
  });
  walk.nodes = inner.nodes;
  walk.workLeft = inner.workLeft;
  if (redacted === parsed) return null;
  const start = leaf.text.length - leaf.text.trimStart().length;
  const end = leaf.text.trimEnd().length;
  const indent = leaf.text.slice(start, end).includes('\n') ? 2 : undefined;
  return `${leaf.text.slice(0, start)}${JSON.stringify(redacted, null, indent)}${leaf.text.slice(end)}`;
}

const passesMax = 3;

/**
 * Until nothing is found any more: what was cut out may bring two things together that were apart, and what is left may
 * be what the name of its field says.
 */
function redactPatterns(walk: Walk, leaf: Leaf): string {
  let { text } = leaf;
  for (let pass = 0; pass < passesMax; pass += 1) {
    walk.workLeft -= text.length;
    if (walk.workLeft < 0) {
      walk.pass.crossed('work', walk.pointer);
      return maskOf('over-budget');
    }
    const spans = walk.pass.scanner.scan(text, leaf.field);
    if (spans.length === 0) return text;
    text = redactSpans(walk, text, spans);
    const whole = redactWhole(walk, { ...leaf, text });
    if (whole !== null) return whole;
  }
  return text;
}

export function redactSpans(walk: Walk, text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  let out = '';
  let at = 0;
  for (const span of spans) {
    const original = text.slice(span.start, span.end);
    out +=
      text.slice(at, span.start) + (walk.pass.replace(span, original, walk.pointer) ?? original);
    at = span.end;
  }
  return out + text.slice(at);
}
