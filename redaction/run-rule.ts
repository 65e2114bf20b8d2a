import { fitIban } from './fit-iban.ts';
import { areAll, isNear, nearLimits } from './near.ts';
import { wordsOf } from './field-names.ts';
import { ruleLimits, type CompiledRule } from './rule.ts';
import type { SpanKind } from './spans.ts';
import { entropyOf, validators } from './validators.ts';
import { toOriginal, type View } from './views.ts';

export interface RuleTarget {
  readonly view: View;
  /** The view's bytes. SECURITY: the engine never gets a string; see views.ts. */
  readonly bytes: Buffer;
  readonly field: string;
  /** The text as it was written; words of other scripts are looked for in it. */
  readonly original: string;
  /** `kind end` of each match that was believed in this view. */
  readonly believed: Set<string>;
  readonly add: (start: number, end: number, what: SpanKind) => void;
}

/** False where the rule matched more often than any honest text would make it. */
export function runRule(rule: CompiledRule, target: RuleTarget): boolean {
  const { view } = target;
  const doubtful: (readonly [number, number])[] = [];
  const believe = (range: readonly [number, number]): void => {
    target.believed.add(`${rule.kind} ${range[1]}`);
    target.add(range[0], range[1], whatOf(rule));
  };
  rule.re.lastIndex = 0;
  for (let count = 0; ; count += 1) {
    if (count >= ruleLimits.matchesPerLeaf) return false;
    const match = rule.re.exec(target.bytes);
    if (match === null) break;
    const [start, end] = rangeOf(rule, match);
    // Searching goes on right after the replaced part: what follows it may be the border of the next match.
    rule.re.lastIndex = Math.max(end, match.index + 1);
    const range =
      rule.kind === 'iban'
        ? fitIban(view.text, start, end)
        : rule.headsBlock === true
          ? ([start, keyBlockEnd(view.text, end)] as const)
          : ([start, end] as const);
    if (
      !(rule.kind === 'email' && isPartOfName(view.text, range[0])) &&
      accepts(rule, {
        text: view.text.slice(range[0], range[1]),
        before: view.text.slice(
          Math.max(0, start - (rule.contextChars ?? ruleLimits.contextChars)),
          start,
        ),
        field: target.field,
      })
    ) {
      rule.re.lastIndex = Math.max(rule.re.lastIndex, range[1]);
      // What a word says of one it says of those that follow it in a list.
      if (isBelieved(rule, target, range) || followsInList(rule, target, start)) believe(range);
      else doubtful.push(range);
    }
  }
  const alone = rule.alone === true && target.field === '' && doubtful.length > 0;
  if (alone && areAll(view.text, doubtful)) doubtful.filter(isWritten(view)).forEach(believe);
  return true;
}

/** Digits alone may be anything; digits in groups or with letters are written by somebody who knew what they are. */
const isWritten =
  (view: View) =>
  ([start, end]: readonly [number, number]): boolean =>
    !/^\d+$/.test(view.text.slice(start, end));

/** Whether one of the same kind ended shortly before, so that this one goes on with a list. */
function followsInList(rule: CompiledRule, target: RuleTarget, start: number): boolean {
  if (rule.near === undefined || target.believed.size === 0) return false;
  for (let gap = 0; gap <= nearLimits.list; gap += 1)
    if (target.believed.has(`${rule.kind} ${start - gap}`)) return true;
  return false;
}

/** Whether something besides its shape says that a match is what it looks like. */
function isBelieved(
  rule: CompiledRule,
  target: RuleTarget,
  [start, end]: readonly [number, number],
): boolean {
  const { near, proof } = rule;
  if (near === undefined) return true;
  const { view } = target;
  if (proof !== undefined && validators[proof](view.text.slice(start, end))) return true;
  const around = (text: string, from: number, to: number): boolean =>
    isNear(near, {
      before: text.slice(Math.max(0, from - nearLimits.window), from).toLowerCase(),
      after: text.slice(to, to + nearLimits.window).toLowerCase(),
      field: wordsOf(target.field).join(' '),
    });
  if (around(view.text, start, end)) return true;
  return view.starts !== null && around(target.original, ...toOriginal(view, start, end));
}

const whatOf = (rule: CompiledRule): SpanKind => ({
  kind: rule.kind,
  class: rule.class,
  rule: rule.id,
  confidence: rule.confidence ?? 'likely',
});

/** What reads as an address and is a part of a longer name. */
const isPartOfName = (text: string, start: number): boolean =>
  isInArn(text, start) || isUrlPassword(text, start);

const userInfoChars = 256;
/** `https://key:x-oauth-basic@host.example`: what stands before the `@` is the password's place, what stands behind it the host. */
function isUrlPassword(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - userInfoChars), start);
  const scheme = before.lastIndexOf('://');
  return (
    scheme !== -1 &&
    /^[^\s/@?#"'<>]*$/.test(before.slice(scheme + 3)) &&
    before.includes(':', scheme + 3)
  );
}

const arnChars = 512;

/** Session names in ARNs are often addresses: an ARN is evidence as a whole, and names who acted. */
function isInArn(text: string, start: number): boolean {
  let from = start;
  while (from > 0 && start - from < arnChars && /[^\s"'<>,;]/.test(text.charAt(from - 1)))
    from -= 1;
  return text.startsWith('arn:', from);
}

/** What node-re2 gives for a Buffer: offsets in bytes, which are characters of the view. */
interface BufferMatch {
  readonly index: number;
  readonly 0: Buffer;
  readonly indices?: readonly (readonly [number, number] | undefined)[];
}

/** The replaced group; of alternatives that each have a group, the one that took part. */
function rangeOf(rule: CompiledRule, match: BufferMatch): readonly [number, number] {
  const whole = [match.index, match.index + match[0].length] as const;
  if (rule.group === undefined) return whole;
  return match.indices?.slice(rule.group).find((range) => range !== undefined) ?? whole;
}

function accepts(
  rule: CompiledRule,
  found: { text: string; before: string; field: string },
): boolean {
  if (rule.validator !== undefined && !validators[rule.validator](found.text)) return false;
  if (rule.entropyMin !== undefined && entropyOf(found.text) < rule.entropyMin) return false;
  if (rule.id === 'pem-private-key')
    return /[A-Za-z0-9+/=]{40}/.test(found.text.slice(28).replace(/\s|\\[nr]/g, ''));
  if (rule.context === undefined) return true;
  const near = `${found.field} ${found.before} ${found.text.slice(0, 1)}`.toLowerCase();
  return rule.context.some((word) => near.includes(word));
}

const keyBlockChars = 16_384;
/** A key block ends at its END line, or, cut off, with the last line that can belong to it. */
function keyBlockEnd(text: string, from: number): number {
  const window = text.slice(from, from + keyBlockChars);
  const end = /-{4,5}\s?END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?\s?-{4,5}/.exec(window);
  if (end !== null) return from + end.index + end[0].length;
  return from + (/^[A-Za-z0-9+/=\s\\:,-]*/.exec(window)?.[0].length ?? 0);
}
