import { describe, expect, it } from 'vitest';
import { allRules, compiledRules } from '../../../redaction/policy.ts';
import { compileRules, type CompiledRule, type Rule } from '../../../redaction/rule.ts';
import { runRule } from '../../../redaction/run-rule.ts';
import { bytesOf, foldedView } from '../../../redaction/views.ts';
import { exampleOf } from '../../support/rule-examples.ts';

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

/** In any case, or as it is written if it has capitals. */
const hasLiteral = (rule: Rule, text: string): boolean =>
  rule.literals.length === 0 ||
  rule.literals.some((literal) =>
    (literal === literal.toLowerCase() ? text.toLowerCase() : text).includes(literal),
  );

describe('every rule', () => {
  it('finds its own positives, each by one of its literals, and nothing in its negatives', () => {
    const wrong: string[] = [];
    for (const rule of compiledRules()) {
      (rule.positives ?? []).forEach((template, at) => {
        const text = exampleOf(template, `${rule.id}/+${at}`);
        if (!hasLiteral(rule, text) || !finds(rule, text))
          wrong.push(`${rule.id} misses ${template}`);
      });
      (rule.negatives ?? []).forEach((template, at) => {
        const text = exampleOf(template, `${rule.id}/-${at}`);
        if (hasLiteral(rule, text) && finds(rule, text)) wrong.push(`${rule.id} takes ${template}`);
      });
    }
    expect(wrong).toEqual([]);
  });

  it('is one of at least 150 kinds of credentials', () => {
    const kinds = new Set(
      allRules.filter((rule) => rule.class === 'secret').map((rule) => rule.kind),
    );
    expect(kinds.size).toBeGreaterThanOrEqual(150);
  });
});

describe('a rule is refused at load', () => {
  const good: Rule = {
    id: 'good',
    kind: 'good',
    class: 'secret',
    literals: ['good-'],
    pattern: 'good-[a-z]{8}',
    positives: ['a', 'b', 'c'],
    negatives: ['d', 'e', 'f'],
    source: 'https://docs.example/keys',
  };

  it.each<[string, Partial<Rule>, RegExp]>([
    ['that RE2 does not understand', { pattern: '(?=x)good-' }, /good: RE2 refuses/],
    ['whose match may run to the end', { pattern: 'good-[\\s\\S]*?end|good-' }, /run to the end/],
    ['whose search may run to the end', { pattern: 'good-[^x]+x' }, /run to the end/],
    ['with an open dot', { pattern: 'good-.*x' }, /run to the end/],
    ['with two positives', { positives: ['a', 'b', 'b'] }, /positive examples/],
    ['without negatives', { negatives: [] }, /negative examples/],
    ['without a literal or a digit floor', { literals: [] }, /neither literals/],
    ['with an empty literal', { literals: ['good-', ''] }, /literal is empty/],
    ['whose words are not lower case', { near: { words: ['Key'] } }, /words are lower case/],
    ['for personal data with two positives', { class: 'personal', positives: ['a'] }, /positive/],
    ['for personal data without negatives', { class: 'personal', negatives: [] }, /negative/],
    ['that names no source', { source: 'somewhere' }, /documented/],
    ['that is too long', { pattern: 'a'.repeat(701) }, /too long/],
  ])('%s', (_, over, reason) => {
    expect(() => compileRules([{ ...good, ...over }])).toThrow(reason);
  });

  it('whose id is taken', () => {
    expect(() => compileRules([good, good])).toThrow(/id is taken/);
  });

  it('and only then', () => {
    expect(compileRules([good])).toHaveLength(1);
  });
});
