import type { CompiledRule, Rule } from './rule.ts';
import { exampleOf } from './rule-examples.ts';
import { runRule } from './run-rule.ts';
import { bytesOf, foldedView } from './views.ts';

export interface CheckedRules {
  readonly rules: number;
  readonly examples: number;
  /** A line for each example that does not hold. */
  readonly faults: readonly string[];
}

/**
 * Tries the examples of each rule: it must find something in its positives, each by one of its literals, and nothing in its negatives. Asked for, and
 * not done at each start: it takes longer than loading the rules does.
 */
export function checkRules(rules: readonly CompiledRule[]): CheckedRules {
  const faults = rules.flatMap((rule) => [
    ...(rule.positives ?? [])
      .filter((template, at) => !tries(rule, exampleOf(template, `${rule.id}/+${at}`)))
      .map((template) => `${rule.id} misses ${template}`),
    ...(rule.negatives ?? [])
      .filter((template, at) => tries(rule, exampleOf(template, `${rule.id}/-${at}`)))
      .map((template) => `${rule.id} takes ${template}`),
  ]);
  const examples = rules.flatMap(({ positives = [], negatives = [] }) => [
    ...positives,
    ...negatives,
  ]).length;
  return { rules: rules.length, examples, faults };
}

const tries = (rule: CompiledRule, text: string): boolean =>
  hasLiteral(rule, text) && finds(rule, text);

/** In any case, or as it is written if it has capitals. */
const hasLiteral = (rule: Rule, text: string): boolean =>
  rule.literals.length === 0 ||
  rule.literals.some((literal) =>
    (literal === literal.toLowerCase() ? text.toLowerCase() : text).includes(literal),
  );

function finds(rule: CompiledRule, text: string): boolean {
  const view = foldedView(text);
  let found = false;
  const add = (): void => void (found = true);
  runRule(rule, {
    view,
    bytes: bytesOf(view),
    field: '',
    original: text,
    believed: new Set(),
    add,
  });
  return found;
}
