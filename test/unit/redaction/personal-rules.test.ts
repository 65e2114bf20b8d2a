import { describe, expect, it } from 'vitest';
import { compileRules, type Rule } from '../../../redaction/rule.ts';
import { personalFamilies, personalRules } from '../../../redaction/rules/personal/all.ts';
import { createScanner } from '../../../redaction/scan.ts';

const finds = (rule: Rule, text: string): boolean =>
  createScanner(compileRules([rule]))
    .scan(text, '')
    .some((span) => span.rule === rule.id);

describe('each rule for personal data', () => {
  it.each(personalRules.map((rule): [string, Rule] => [rule.id, rule]))(
    '%s finds its positives and leaves its negatives, three of each at least',
    (_, rule) => {
      const { positives = [], negatives = [] } = rule;
      expect(new Set(positives).size).toBeGreaterThanOrEqual(3);
      expect(new Set(negatives).size).toBeGreaterThanOrEqual(3);
      expect(positives.filter((text) => !finds(rule, text))).toEqual([]);
      expect(negatives.filter((text) => finds(rule, text))).toEqual([]);
    },
  );

  it('together cover national numbers of more than 45 countries', () => {
    const countries = new Set(
      personalFamilies['national-id']
        .map((rule) => rule.id.split('-')[0] ?? '')
        .filter((id) => id.length === 2),
    );
    expect(countries.size).toBeGreaterThan(45);
  });
});
