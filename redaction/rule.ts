import RE2 from 're2';
import { literalOf, type Near } from './near.ts';
import type { ValidatorName } from './validators.ts';

/** `secret` is masked and never comes back; `personal` becomes a token, so that it correlates and can be revealed. */
export type KindClass = 'secret' | 'personal';

/**
 * One detector, as data. A rule is tried only where one of its `literals` (in any case, or as it is written if it has capitals) stands
 * in the text, or, for number-shaped rules, where the text holds `digitsMin` digits. `pattern` is RE2 syntax; only group `group` is replaced.
 */
export interface Rule {
  readonly id: string;
  readonly kind: string;
  readonly class: KindClass;
  readonly literals: readonly string[];
  readonly digitsMin?: number;
  /** The text must hold a run of so many characters of base64's alphabets: spares rules whose literal is part of many words. */
  readonly runMin?: number;
  /** Must stand in the text as well: spares rules whose literal is frequent. */
  readonly also?: string;
  readonly pattern: string;
  readonly group?: number;
  readonly validator?: ValidatorName;
  /** Shannon entropy in bits per character that the replaced part must reach. */
  readonly entropyMin?: number;
  /** One of these words must stand within `contextChars` before the match, or in the field's name. */
  readonly context?: readonly string[];
  /** Words that must stand near the match or in the field's name, unless `proof` or `alone` speaks for it. */
  readonly near?: Near;
  /** A check so strong, of a shape so rare, that what passes it needs no words around it. */
  readonly proof?: ValidatorName;
  /** Believed without words where the text holds nothing else and its field has no name. */
  readonly alone?: true;
  /** How far before the match a context word may stand; `ruleLimits.contextChars` where not said. */
  readonly contextChars?: number;
  /** It is the head of a key block, which goes with it to its END line, or as far as its lines reach. */
  readonly headsBlock?: true;
  readonly confidence?: Confidence;
  /** Texts of our own in which the rule must find something, as templates (`redaction/rule-examples.ts`); three at least. */
  readonly positives?: readonly string[];
  /** Texts in which it must find nothing; three at least. */
  readonly negatives?: readonly string[];
  /** Where the shape is documented. */
  readonly source: string;
}

/** `certain`: the shape alone tells, or a checksum does. `likely`: what stands around it tells. `possible`: it looks like one. */
export type Confidence = 'certain' | 'likely' | 'possible';

export interface CompiledRule extends Rule {
  readonly re: RE2;
  readonly order: number;
}

export const ruleLimits = {
  patternChars: 700,
  matchesPerLeaf: 2_000,
  contextChars: 40,
  examplesMin: 3,
} as const;

/** Compiles rules for matching over Buffers. Throws at load, never later: a rule that RE2 refuses is a defect of ours. */
export function compileRules(rules: readonly Rule[]): readonly CompiledRule[] {
  const seen = new Set<string>();
  return rules.map((rule, order) => {
    const fault = faultOf(rule, seen);
    if (fault !== null) throw new TypeError(`redaction rule ${rule.id}: ${fault}`);
    seen.add(rule.id);
    return { ...rule, order, re: compiled(rule) };
  });
}

/** What makes a rule worth trying: its literals, and the words that must stand near; none where it may stand on its own. */
export const triggersOf = (rule: Rule): readonly string[] =>
  rule.literals.length > 0 || rule.near === undefined || rule.proof !== undefined
    ? rule.literals
    : rule.near.words.map(literalOf);

function compiled(rule: Rule): RE2 {
  try {
    return new RE2(rule.pattern, rule.group === undefined ? 'g' : 'gd');
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new TypeError(`redaction rule ${rule.id}: RE2 refuses the pattern: ${reason}`);
  }
}

function faultOf(rule: Rule, seen: ReadonlySet<string>): string | null {
  if (seen.has(rule.id)) return 'the id is taken';
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(`${rule.id}-${rule.kind}`))
    return 'ids and kinds are in kebab-case';
  if (rule.pattern.length > ruleLimits.patternChars) return 'the pattern is too long';
  if (mayRunOn(rule.pattern)) return 'the pattern may run to the end of the text';
  if (triggersOf(rule).length === 0 && rule.digitsMin === undefined)
    return 'it has neither literals nor a digit floor';
  if (triggersOf(rule).some((literal) => literal === '')) return 'a literal is empty';
  if (rule.near?.words.some((word) => word !== word.toLowerCase()) === true)
    return 'words are lower case';
  if ((rule.alone === true || rule.proof !== undefined) && rule.near === undefined)
    return 'it says what speaks for it instead of words, but names no words';
  if (countOf(rule.positives) < ruleLimits.examplesMin) return 'it lacks positive examples';
  if (countOf(rule.negatives) < ruleLimits.examplesMin) return 'it lacks negative examples';
  if (!/^(?:https:\/\/|ISO)/.test(rule.source))
    return 'it does not say where its format is documented';
  return null;
}

const countOf = (examples: readonly string[] | undefined): number => new Set(examples).size;

/**
 * SECURITY: an unbounded repetition of what stands everywhere (`.`, `[\s\S]`, `[^x]`, `\s`, `\W`, `\D`) lets one match, or the search
 * for one, run to the end of the text, which makes find-all quadratic (`BEGIN[\s\S]*?END|BEGIN` takes seconds at 100 KB). Such ends
 * are bounded, or found in code. At the end of a pattern it is allowed: there the match takes what it has read.
 */
function mayRunOn(pattern: string): boolean {
  const plain = pattern.replace(/\\\\/g, '');
  return /(?:\[(?:\^|[^\]]*\\[sSWD])[^\]]*\]|(?:^|[^\\])\.|\\[sSWD])(?:[*+]|\{\d+,\})(?!\)*$)/.test(
    plain,
  );
}
