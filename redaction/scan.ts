import { findAssignments } from './assignments.ts';
import { withEchoes } from './echoes.ts';
import { encodedRuns } from './encodings.ts';
import { credentialLiterals } from './field-names.ts';
import { fitIban } from './fit-iban.ts';
import { marksIn } from './kinds.ts';
import { createLiteralScanner, type LiteralHits, type LiteralScanner } from './literals.ts';
import { ruleLimits, type CompiledRule } from './rule.ts';
import { mergeSpans, withoutMarks, type Span } from './spans.ts';
import { entropyOf, validators } from './validators.ts';
import { foldedView, plainView, toOriginal, unescapedView, type View } from './views.ts';

/** Finds what must not stay in one text. Holds reusable buffers: not re-entrant from several threads, which Node does not have. */
export interface Scanner {
  /** Disjoint spans in order. `field` is the name under which the text stands; it counts as context. */
  scan(text: string, field: string): readonly Span[];
  /** False: certainly nothing in it (a cheap answer for names of fields). */
  mayHold(text: string): boolean;
}

export const scanLimits = { decodeDepth: 2, encodedRunChars: 20, digitsMin: 8, hitsMax: 20_000 } as const;

const escapeLiterals = ['%', '\\u00', '&#'] as const;
const none: readonly Span[] = [];

interface Machine {
  readonly literals: LiteralScanner;
  /** Literal number → rules that it makes worth trying. */
  readonly rulesOf: readonly (readonly CompiledRule[])[];
  readonly isCredentialWord: Uint8Array;
  readonly isEscape: Uint8Array;
  readonly digitRules: readonly CompiledRule[];
}

export function createScanner(rules: readonly CompiledRule[]): Scanner {
  const machine = machineOf(rules);
  return {
    scan: (text, field) => scanText(machine, { text, field, depth: 0 }),
    mayHold: (text) => isSuspect(machine.literals.scan(text)),
  };
}

function machineOf(rules: readonly CompiledRule[]): Machine {
  const names = [...new Set([...rules.flatMap((rule) => rule.literals), ...credentialLiterals, ...escapeLiterals])];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const rulesOf: CompiledRule[][] = names.map(() => []);
  for (const rule of rules) for (const literal of rule.literals) rulesOf[numbers.get(literal) ?? 0]?.push(rule);
  const flags = (list: readonly string[]): Uint8Array => Uint8Array.from(names, (name) => (list.includes(name) ? 1 : 0));
  return {
    literals: createLiteralScanner(names), rulesOf, isCredentialWord: flags(credentialLiterals), isEscape: flags(escapeLiterals),
    digitRules: rules.filter((rule) => rule.literals.length === 0),
  };
}

interface Job {
  readonly text: string;
  readonly field: string;
  readonly depth: number;
}

const isSuspect = (hits: LiteralHits): boolean =>
  hits.count > 0 || !hits.ascii || hits.digits >= scanLimits.digitsMin || hits.longestRun >= scanLimits.encodedRunChars;

function scanText(machine: Machine, job: Job): readonly Span[] {
  const hits = machine.literals.scan(job.text);
  if (!isSuspect(hits)) return none;
  const { ascii } = hits;
  const clue = ascii ? clueOf(machine, hits) : null;
  const marks = marksIn(job.text);
  const readable = withoutMarkText(job.text, marks);
  const view = ascii ? plainView(readable) : foldedView(readable);
  const folded = clue ?? clueOf(machine, machine.literals.scan(view.text));
  const spans = [...scanView(machine, { view, clue: folded, job })];
  if (folded.escaped && job.depth < scanLimits.decodeDepth) {
    const plain = unescapedView(view);
    if (plain !== null) spans.push(...scanView(machine, { view: plain, clue: clueOf(machine, machine.literals.scan(plain.text)), job: { ...job, depth: job.depth + 1 } }));
  }
  if (spans.length === 0) return none;
  return mergeSpans(withEchoes(job.text, withoutMarks(spans, marks)));
}

/** Our own marks hold words such as `private-key`: the detectors see blanks of another kind in their place. */
function withoutMarkText(text: string, marks: readonly (readonly [number, number])[]): string {
  let out = text;
  for (const [start, end] of marks) out = out.slice(0, start) + '\u0001'.repeat(end - start) + out.slice(end);
  return out;
}

/** What one pass over the literals says; copied out because the scanner reuses its buffers. */
interface Clue {
  readonly rules: readonly CompiledRule[];
  readonly wordEnds: readonly number[];
  readonly escaped: boolean;
  readonly overflow: boolean;
  readonly longestRun: number;
}

function clueOf(machine: Machine, hits: LiteralHits): Clue {
  const rules = new Set<CompiledRule>();
  const wordEnds: number[] = [];
  let escaped = false;
  for (let at = 0; at < hits.count; at += 1) {
    const id = hits.ids[at] ?? 0;
    for (const rule of machine.rulesOf[id] ?? []) if (rule.digitsMin === undefined || hits.digits >= rule.digitsMin) rules.add(rule);
    if (machine.isCredentialWord[id] === 1) wordEnds.push(hits.ends[at] ?? 0);
    if (machine.isEscape[id] === 1) escaped = true;
  }
  for (const rule of machine.digitRules) if (hits.digits >= (rule.digitsMin ?? 0)) rules.add(rule);
  return { rules: [...rules].sort((a, b) => a.order - b.order), wordEnds, escaped, overflow: hits.overflow, longestRun: hits.longestRun };
}

function scanView(machine: Machine, of: { view: View; clue: Clue; job: Job }): readonly Span[] {
  const { view, clue, job } = of;
  if (clue.overflow) return [{ start: 0, end: view.originalLength, kind: 'over-budget', class: 'secret', rule: 'over-budget' }];
  const spans: Span[] = [];
  const add = (start: number, end: number, what: Omit<Span, 'start' | 'end'>): void => {
    const [from, to] = toOriginal(view, start, end);
    if (to > from) spans.push({ start: from, end: to, kind: what.kind, class: what.class, rule: what.rule });
  };
  for (const rule of clue.rules) {
    if (!runRule(rule, { view, field: job.field, add })) return [{ start: 0, end: view.originalLength, kind: 'over-budget', class: 'secret', rule: rule.id }];
  }
  for (const found of findAssignments(view.text, clue.wordEnds)) {
    add(found.start, found.end, { kind: found.verdict.kind, class: 'secret', rule: 'assigned-value' });
  }
  if (clue.longestRun >= scanLimits.encodedRunChars && job.depth < scanLimits.decodeDepth) {
    const holds = (text: string): Span | undefined => scanText(machine, { text, field: '', depth: job.depth + 1 })[0];
    for (const run of encodedRuns(view.text, holds)) add(run.start, run.end, { kind: run.found.kind, class: 'secret', rule: `encoded-${run.form}` });
  }
  return spans;
}

interface RuleTarget {
  readonly view: View;
  readonly field: string;
  readonly add: (start: number, end: number, what: Omit<Span, 'start' | 'end'>) => void;
}

/** False where the rule matched more often than any honest text would make it. */
function runRule(rule: CompiledRule, target: RuleTarget): boolean {
  const { view } = target;
  rule.re.lastIndex = 0;
  for (let count = 0; ; count += 1) {
    if (count >= ruleLimits.matchesPerLeaf) return false;
    // SECURITY: a Buffer, never a string; see views.ts.
    const match = rule.re.exec(view.bytes);
    if (match === null) return true;
    const [start, end] = rangeOf(rule, match);
    // Searching goes on right after the replaced part: what follows it may be the border of the next match.
    rule.re.lastIndex = Math.max(end, match.index + 1);
    const range = rule.kind === 'iban' ? fitIban(view.text, start, end) : rule.kind === 'private-key' ? ([start, keyBlockEnd(view.text, end)] as const) : ([start, end] as const);
    if (accepts(rule, { text: view.text.slice(range[0], range[1]), before: view.text.slice(Math.max(0, start - ruleLimits.contextChars), start), field: target.field })) {
      target.add(range[0], range[1], { kind: rule.kind, class: rule.class, rule: rule.id });
      rule.re.lastIndex = Math.max(rule.re.lastIndex, range[1]);
    }
  }
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

function accepts(rule: CompiledRule, found: { text: string; before: string; field: string }): boolean {
  if (rule.validator !== undefined && !validators[rule.validator](found.text)) return false;
  if (rule.entropyMin !== undefined && entropyOf(found.text) < rule.entropyMin) return false;
  if (rule.id === 'pem-private-key') return /[A-Za-z0-9+/=]{40}/.test(found.text.slice(28).replace(/\s|\\[nr]/g, ''));
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
