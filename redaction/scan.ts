import { findAssignments } from './assignments.ts';
import { withEchoes } from './echoes.ts';
import { encodedRuns } from './encodings.ts';
import { credentialLiterals } from './field-names.ts';
import { marksIn } from './kinds.ts';
import { createLiteralScanner, type LiteralHits, type LiteralScanner } from './literals.ts';
import { asciiTriggersOf, createPlaceRules, type PlaceRules } from './place-rules.ts';
import { triggersOf, type CompiledRule } from './rule.ts';
import { runRule } from './run-rule.ts';
import { createShapeFilter } from './shapes.ts';
import { mergeSpans, withoutMarks, type Span } from './spans.ts';
import { findVendorValues } from './vendor-values.ts';
import { bytesOf, foldedView, plainView, toOriginal, unescapedView, type View } from './views.ts';

/** Finds what must not stay in one text. Holds reusable buffers: not re-entrant from several threads, which Node does not have. */
export interface Scanner {
  /** Disjoint spans in order. `field` is the name under which the text stands; it counts as context. */
  scan(text: string, field: string): readonly Span[];
  /** False: certainly nothing in it (a cheap answer for names of fields). */
  mayHold(text: string): boolean;
  /** True: the name of the field calls for rules of its own, in numbers too. */
  isTelling(field: string): boolean;
}

export const scanLimits = {
  decodeDepth: 2,
  encodedRunChars: 20,
  vendorRunChars: 13,
  digitsMin: 2,
  shapeChars: 8,
  walletChars: 26,
  hitsMax: 20_000,
} as const;

const escapeLiterals = ['%', '\\u00', '&#'] as const;
const none: readonly Span[] = [];
const nothing = Buffer.alloc(0);

interface Machine {
  readonly literals: LiteralScanner;
  /** Literal number → rules that it makes worth trying. */
  readonly rulesOf: readonly (readonly CompiledRule[])[];
  readonly isCredentialWord: Uint8Array;
  readonly isEscape: Uint8Array;
  /** Rules that no literal calls for, by their shape. */
  readonly shapes: (bytes: Buffer) => readonly CompiledRule[];
  readonly places: PlaceRules;
}

export function createScanner(rules: readonly CompiledRule[]): Scanner {
  const machine = machineOf(rules);
  return {
    scan: (text, field) => scanText(machine, { text, field, depth: 0 }),
    mayHold: (text) => isSuspect(machine.literals.scan(text)),
    isTelling: (field) => machine.places.byField(field).length > 0,
  };
}

function machineOf(rules: readonly CompiledRule[]): Machine {
  const names = [
    ...new Set([...rules.flatMap(asciiTriggersOf), ...credentialLiterals, ...escapeLiterals]),
  ];
  const shapeRules = rules.filter((rule) => triggersOf(rule).length === 0);
  const numbers = new Map(names.map((name, number) => [name, number]));
  const rulesOf: CompiledRule[][] = names.map(() => []);
  for (const rule of rules)
    for (const literal of new Set(asciiTriggersOf(rule)))
      rulesOf[numbers.get(literal) ?? 0]?.push(rule);
  const flags = (list: readonly string[]): Uint8Array =>
    Uint8Array.from(names, (name) => (list.includes(name) ? 1 : 0));
  return {
    literals: createLiteralScanner(names),
    rulesOf,
    isCredentialWord: flags(credentialLiterals),
    isEscape: flags(escapeLiterals),
    shapes: createShapeFilter(shapeRules),
    places: createPlaceRules(rules),
  };
}

interface Job {
  readonly text: string;
  readonly field: string;
  readonly depth: number;
}

const isSuspect = (hits: LiteralHits): boolean =>
  hits.count > 0 ||
  !hits.ascii ||
  hits.longestDigits >= scanLimits.digitsMin ||
  hits.longestRun >= scanLimits.encodedRunChars;

function scanText(machine: Machine, job: Job): readonly Span[] {
  const hits = machine.literals.scan(job.text);
  const placed = rulesByPlace(machine, job);
  if (!isSuspect(hits) && placed.length === 0) return none;
  const { ascii } = hits;
  const clue = ascii ? clueOf(machine, hits) : null;
  const marks = marksIn(job.text);
  const readable = withoutMarkText(job.text, marks);
  const view = ascii ? plainView(readable) : foldedView(readable);
  const folded = withRules(clue ?? clueOf(machine, machine.literals.scan(view.text)), placed);
  const spans = [...scanView(machine, { view, clue: folded, job })];
  if (folded.escaped && job.depth < scanLimits.decodeDepth) {
    const plain = unescapedView(view);
    if (plain !== null)
      spans.push(
        ...scanView(machine, {
          view: plain,
          clue: clueOf(machine, machine.literals.scan(plain.text)),
          job: { ...job, depth: job.depth + 1 },
        }),
      );
  }
  if (spans.length === 0) return none;
  return mergeSpans(withEchoes(job.text, withoutMarks(spans, marks)));
}

/** Rules that the literals of the text do not call for, but the name of its field, a word of another script, or that it stands alone. */
function rulesByPlace(machine: Machine, job: Job): readonly CompiledRule[] {
  const { places } = machine;
  if (job.depth > 0) return [];
  const placed = job.field === '' ? places.byText(job.text) : places.byField(job.field);
  const foreign = /[\u0370-\uffff]/.test(job.text) ? places.byForeignWord(job.text) : [];
  return foreign.length === 0 ? placed : [...placed, ...foreign];
}

const withRules = (clue: Clue, more: readonly CompiledRule[]): Clue =>
  more.length === 0 ? clue : { ...clue, rules: inOrder([...clue.rules, ...more]) };

const inOrder = (rules: Iterable<CompiledRule>): readonly CompiledRule[] =>
  [...new Set(rules)].sort((a, b) => a.order - b.order);

/** Our own marks hold words such as `private-key`: the detectors see blanks of another kind in their place. */
function withoutMarkText(text: string, marks: readonly (readonly [number, number])[]): string {
  if (marks.length === 0) return text;
  let out = '';
  let at = 0;
  for (const [start, end] of marks) {
    out += text.slice(at, start) + '\u0001'.repeat(end - start);
    at = end;
  }
  return out + text.slice(at);
}

const isWorthTrying = (rule: CompiledRule, hits: LiteralHits): boolean =>
  hits.longestDigits >= (rule.digitsMin ?? 0) && hits.longestRun >= (rule.runMin ?? 0);

/** What one pass over the literals says; copied out because the scanner reuses its buffers. */
interface Clue {
  readonly rules: readonly CompiledRule[];
  readonly wordEnds: readonly number[];
  readonly escaped: boolean;
  readonly overflow: boolean;
  readonly longestRun: number;
  readonly longestDigits: number;
}

function clueOf(machine: Machine, hits: LiteralHits): Clue {
  const rules = new Set<CompiledRule>();
  const wordEnds: number[] = [];
  let escaped = false;
  for (let at = 0; at < hits.count; at += 1) {
    const id = hits.ids[at] ?? 0;
    for (const rule of machine.rulesOf[id] ?? []) if (isWorthTrying(rule, hits)) rules.add(rule);
    if (machine.isCredentialWord[id] === 1) wordEnds.push(hits.ends[at] ?? 0);
    if (machine.isEscape[id] === 1) escaped = true;
  }
  return {
    rules: inOrder(rules),
    wordEnds,
    escaped,
    overflow: hits.overflow,
    longestRun: hits.longestRun,
    longestDigits: hits.longestDigits,
  };
}

function scanView(machine: Machine, of: { view: View; clue: Clue; job: Job }): readonly Span[] {
  const { view, clue, job } = of;
  if (clue.overflow)
    return [
      {
        start: 0,
        end: view.originalLength,
        kind: 'over-budget',
        class: 'secret',
        rule: 'over-budget',
      },
    ];
  const spans: Span[] = [];
  const add = (start: number, end: number, what: Omit<Span, 'start' | 'end'>): void => {
    const [from, to] = toOriginal(view, start, end);
    if (to > from)
      spans.push({ start: from, end: to, kind: what.kind, class: what.class, rule: what.rule });
  };
  const believed = new Set<string>();
  const mayHoldShapes =
    (clue.longestDigits >= scanLimits.digitsMin || clue.longestRun >= scanLimits.walletChars) &&
    view.text.length >= scanLimits.shapeChars;
  const bytes = clue.rules.length === 0 && !mayHoldShapes ? nothing : bytesOf(view);
  const shaped = mayHoldShapes ? machine.shapes(bytes) : [];
  for (const rule of shaped.length === 0 ? clue.rules : inOrder([...clue.rules, ...shaped])) {
    if (!runRule(rule, { view, bytes, field: job.field, original: job.text, believed, add }))
      return [
        { start: 0, end: view.originalLength, kind: 'over-budget', class: 'secret', rule: rule.id },
      ];
  }
  for (const found of findAssignments(view.text, clue.wordEnds)) {
    add(found.start, found.end, {
      kind: found.verdict.kind,
      class: 'secret',
      rule: 'assigned-value',
    });
  }
  if (clue.longestRun >= scanLimits.vendorRunChars)
    for (const [start, end] of findVendorValues(view.text))
      add(start, end, { kind: 'api-key', class: 'secret', rule: 'vendor-value' });
  if (clue.longestRun >= scanLimits.encodedRunChars && job.depth < scanLimits.decodeDepth) {
    const holds = (text: string): Span | undefined =>
      scanText(machine, { text, field: '', depth: job.depth + 1 })[0];
    for (const run of encodedRuns(view.text, holds))
      add(run.start, run.end, {
        kind: run.found.kind,
        class: 'secret',
        rule: `encoded-${run.form}`,
      });
  }
  return spans;
}
