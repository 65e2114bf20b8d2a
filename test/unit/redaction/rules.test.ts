import { describe, expect, it } from 'vitest';
import { allRules, compiledRules } from '../../../redaction/policy.ts';
import { checkRules } from '../../../redaction/check-rules.ts';
import { compileRules, type Rule } from '../../../redaction/rule.ts';

describe('every rule', () => {
  it('finds its own positives, each by one of its literals, and nothing in its negatives', () => {
    const checked = checkRules(compiledRules());
    expect(checked.faults).toEqual([]);
    expect(checked.rules).toBe(allRules.length);
    expect(checked.examples).toBeGreaterThanOrEqual(6 * allRules.length);
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

  it.each<[string, Partial<Rule>, readonly string[]]>([
    ['that holds', {}, []],
    ['that misses its positives', { pattern: 'good-[0-9]{8}' }, ['misses', 'misses', 'misses']],
    ['that has no literal of its own', { literals: ['goods-'] }, ['misses', 'misses', 'misses']],
    ['that takes a negative', { pattern: 'good-[a-z]{3,8}' }, ['takes']],
  ])('or found wrong by its examples: one %s', (_, over, faults) => {
    const examples = {
      positives: ['good-{az:8}', 'a good-{az:8}', 'good-{az:8}.'],
      negatives: ['good-', 'good-1', 'good-one'],
    };
    const checked = checkRules(compileRules([{ ...good, ...examples, ...over }]));
    expect(checked.faults.map((fault) => fault.split(' ')[1])).toEqual(faults);
    expect(checked.faults.every((fault) => fault.startsWith('good '))).toBe(true);
  });

  it('whose id is taken', () => {
    expect(() => compileRules([good, good])).toThrow(/id is taken/);
  });

  it('and only then', () => {
    expect(compileRules([good])).toHaveLength(1);
  });
});
