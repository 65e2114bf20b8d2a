import { credentialLiterals } from './field-names.ts';
import { createLiteralScanner, type LiteralHits } from './literals.ts';
import { asciiTriggersOf } from './place-rules.ts';
import type { CompiledRule } from './rule.ts';
import { escapeLiterals } from './unescape.ts';

/** What one pass over a text says: which rules are worth trying, and where to look for other things. */
export interface Clue {
  /** In the order in which they are told. */
  readonly rules: readonly CompiledRule[];
  /** Where words end that may belong to the name of a credential. */
  readonly wordEnds: readonly number[];
  readonly escaped: boolean;
  /** More literals than any honest text would hold. */
  readonly overflow: boolean;
  readonly longestRun: number;
  /** Start and end of each run of `literalLimits.longRunChars` and more, in turn. */
  readonly longRuns: readonly number[];
  readonly longestDigits: number;
  readonly ascii: boolean;
  /** False: nothing can stand in it. */
  readonly suspect: boolean;
}

export type Prefilter = (text: string) => Clue;

export const prefilterLimits = { encodedRunChars: 20, digitsMin: 2 } as const;

const clear: Clue = {
  rules: [],
  wordEnds: [],
  escaped: false,
  overflow: false,
  longestRun: 0,
  longRuns: [],
  longestDigits: 0,
  ascii: true,
  suspect: false,
};

/** Says of each text which rules may match in it. Reuses buffers: not for several threads at once, which Node does not have. */
export function createPrefilter(rules: readonly CompiledRule[]): Prefilter {
  const names = [
    ...new Set([...rules.flatMap(asciiTriggersOf), ...credentialLiterals, ...escapeLiterals]),
  ];
  const isCredentialWord = flags(names, credentialLiterals);
  const literals = createLiteralScanner(names, isCredentialWord);
  const tables = {
    rules,
    rulesOf: rulesByLiteral(rules, names),
    isCredentialWord,
    isEscape: flags(names, escapeLiterals),
    seen: new Uint32Array(rules.length),
    turn: 0,
  };
  return (text) => {
    const hits = literals.scan(text);
    return isSuspect(hits) ? clueOf(tables, hits, text) : clear;
  };
}

const flags = (names: readonly string[], list: readonly string[]): Uint8Array =>
  Uint8Array.from(names, (name) => (list.includes(name) ? 1 : 0));

function rulesByLiteral(
  rules: readonly CompiledRule[],
  names: readonly string[],
): readonly (readonly number[])[] {
  const numbers = new Map(names.map((name, number) => [name, number]));
  const rulesOf: number[][] = names.map(() => []);
  rules.forEach((rule, at) => {
    for (const literal of new Set(asciiTriggersOf(rule)))
      rulesOf[numbers.get(literal) ?? 0]?.push(at);
  });
  return rulesOf;
}

const isSuspect = (hits: LiteralHits): boolean =>
  hits.count > 0 ||
  !hits.ascii ||
  hits.longestDigits >= prefilterLimits.digitsMin ||
  hits.longestRun >= prefilterLimits.encodedRunChars;

interface Tables {
  readonly rules: readonly CompiledRule[];
  /** Literal number → places of the rules that it makes worth trying. */
  readonly rulesOf: readonly (readonly number[])[];
  readonly isCredentialWord: Uint8Array;
  readonly isEscape: Uint8Array;
  /** Rule → the turn in which it was taken last. */
  readonly seen: Uint32Array;
  turn: number;
}

const noRules: readonly CompiledRule[] = [];
const noNumbers: readonly number[] = [];

function clueOf(tables: Tables, hits: LiteralHits, text: string): Clue {
  let taken: CompiledRule[] | undefined;
  let wordEnds: number[] | undefined;
  let escaped = false;
  tables.turn = (tables.turn + 1) >>> 0;
  for (let at = 0; at < hits.count; at += 1) {
    const id = hits.ids[at] ?? 0;
    const called = tables.rulesOf[id] ?? noNumbers;
    for (let each = 0; each < called.length; each += 1) {
      const place = called[each] ?? 0;
      if (tables.seen[place] === tables.turn) continue;
      tables.seen[place] = tables.turn;
      const rule = tables.rules[place];
      if (rule !== undefined && isCalledFor(rule, hits, text)) (taken ??= []).push(rule);
    }
    if (tables.isCredentialWord[id] === 1) (wordEnds ??= []).push(hits.ends[at] ?? 0);
    if (tables.isEscape[id] === 1) escaped = true;
  }
  return {
    rules: taken?.sort((a, b) => a.order - b.order) ?? noRules,
    wordEnds: wordEnds?.sort((a, b) => a - b) ?? noNumbers,
    escaped,
    overflow: hits.overflow,
    longestRun: hits.longestRun,
    longRuns: longRunsOf(hits),
    longestDigits: hits.longestDigits,
    ascii: hits.ascii,
    suspect: true,
  };
}

/** A plain list: making a typed array costs more than all that is done with it. */
function longRunsOf(hits: LiteralHits): readonly number[] {
  if (hits.longRunCount === 0) return noNumbers;
  const runs: number[] = [];
  for (let at = 0; at < hits.longRunCount; at += 1) runs.push(hits.longRuns[at] ?? 0);
  return runs;
}

const isCalledFor = (rule: CompiledRule, hits: LiteralHits, text: string): boolean =>
  hits.longestDigits >= (rule.digitsMin ?? 0) &&
  hits.longestRun >= (rule.runMin ?? 0) &&
  (rule.also === undefined || text.includes(rule.also));
