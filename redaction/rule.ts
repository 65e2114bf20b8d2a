import RE2 from 're2';
import { literalOf, type Near } from './near.ts';
import type { ValidatorName } from './validators.ts';

/** `secret` is masked and never comes back; `personal` becomes a token, so that it correlates and can be revealed. */
export type KindClass = 'secret' | 'personal';

/**
 * One detector, as data. A rule is tried only where one of its `literals` (compared without case) stands in the text, or, for
 * number-shaped rules, where the text holds `digitsMin` digits. `pattern` is RE2 syntax; only group `group` is replaced.
 */
export interface Rule {
  readonly id: string;
  readonly kind: string;
  readonly class: KindClass;
  readonly literals: readonly string[];
  readonly digitsMin?: number;
  /** The text must hold a run of so many characters of base64's alphabets: spares rules whose literal is part of many words. */
  readonly runMin?: number;
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
  /** Of our own making: each is found (or left alone) by this rule on its own. */
  readonly positives?: readonly string[];
  readonly negatives?: readonly string[];
  /** Where the shape is documented. */
  readonly source: string;
}

export interface CompiledRule extends Rule {
  readonly re: RE2;
  readonly order: number;
}

export const ruleLimits = { patternChars: 600, matchesPerLeaf: 2_000, contextChars: 40 } as const;

/** Compiles rules for matching over Buffers. Throws at load, never later: a rule that RE2 refuses is a defect of ours. */
export function compileRules(rules: readonly Rule[]): readonly CompiledRule[] {
  const seen = new Set<string>();
  return rules.map((rule, order) => {
    const fault = faultOf(rule, seen);
    if (fault !== null) throw new TypeError(`redaction rule ${rule.id}: ${fault}`);
    seen.add(rule.id);
    return { ...rule, order, re: new RE2(rule.pattern, rule.group === undefined ? 'g' : 'gd') };
  });
}

/** What makes a rule worth trying: its literals, and the words that must stand near; none where it may stand on its own. */
export const triggersOf = (rule: Rule): readonly string[] =>
  rule.literals.length > 0 || rule.near === undefined || rule.proof !== undefined
    ? rule.literals
    : rule.near.words.map(literalOf);

/**
 * SECURITY: `[\s\S]*` and `.*` let one match run to the end of the text, which makes find-all quadratic
 * (`BEGIN[\s\S]*?END|BEGIN` takes seconds at 100 KB). Ends that lie far away are found in code instead.
 */
function faultOf(rule: Rule, seen: ReadonlySet<string>): string | null {
  if (seen.has(rule.id)) return 'the id is taken';
  if (rule.pattern.length > ruleLimits.patternChars) return 'the pattern is too long';
  if (/\[\\s\\S\][*+]|(^|[^\\])\.[*+]/.test(rule.pattern))
    return 'the pattern may run to the end of the text';
  if (triggersOf(rule).length === 0 && rule.digitsMin === undefined)
    return 'it has neither literals nor a digit floor';
  if (triggersOf(rule).some((literal) => literal !== literal.toLowerCase() || literal.length < 1))
    return 'literals are lower case';
  if ((rule.alone === true || rule.proof !== undefined) && rule.near === undefined)
    return 'it says what speaks for it instead of words, but names no words';
  return null;
}
