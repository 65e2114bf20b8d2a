import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compiledRules } from '../../redaction/policy.ts';
import { asciiTriggersOf } from '../../redaction/place-rules.ts';
import { createPrefilter, type Prefilter } from '../../redaction/prefilter.ts';
import type { CompiledRule } from '../../redaction/rule.ts';
import { createScanner } from '../../redaction/scan.ts';
import { makeCanaries } from '../support/canaries.ts';
import { leaksIn, plantedDocuments } from '../support/redaction-fuzz.ts';
import { root } from '../support/repository.ts';
import { exampleOf } from '../../redaction/rule-examples.ts';
import { aRedactor } from '../unit/redaction/a-redactor.ts';

const redactor = aRedactor();

describe('a secret that is planted anywhere in a document', () => {
  it(
    'is nowhere in the answer, in no form (100,000 documents: node test/property/redaction-long.ts)',
    { timeout: 180_000 },
    () => {
      fc.assert(
        fc.property(plantedDocuments, (planted) => {
          expect(leaksIn(redactor.redact(planted.value).value, planted)).toEqual([]);
        }),
        { numRuns: 500, seed: 20260102 },
      );
    },
  );
});

const rules = compiledRules();

/** Asks each rule in turn whether the text calls for it: what the one pass must say too. */
function askingEach(): Prefilter {
  const fast = createPrefilter(rules);
  const runOf = (text: string): number =>
    Math.max(0, ...[...text.matchAll(/[A-Za-z0-9+/_=-]+/g)].map(([run]) => run.length));
  const called = (rule: CompiledRule, text: string, run: number, digits: number): boolean =>
    asciiTriggersOf(rule).some((literal) => text.toLowerCase().includes(literal.toLowerCase())) &&
    run >= (rule.runMin ?? 0) &&
    digits >= (rule.digitsMin ?? 0) &&
    (rule.also === undefined || text.includes(rule.also));
  return (text) => {
    const clue = fast(text);
    const run = runOf(text);
    return {
      ...clue,
      suspect: true,
      rules: rules.filter((rule) => called(rule, text, run, clue.longestDigits)),
    };
  };
}

const corpus = join(root, '..', 'shared', 'redaction-corpus');

describe('the one pass before the rules', () => {
  const fast = createScanner(rules);
  const slow = createScanner(rules, askingEach());
  const agree = (text: string): void =>
    expect(fast.scan(text, ''), text.slice(0, 200)).toEqual(slow.scan(text, ''));

  it('changes no answer on what the rules themselves bring', { timeout: 180_000 }, () => {
    for (const rule of rules)
      for (const template of [...(rule.positives ?? []), ...(rule.negatives ?? [])])
        agree(exampleOf(template, rule.id));
    for (const canary of makeCanaries('differential')) agree(canary.text);
  });

  it('changes no answer on any text', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.constantFrom(...makeCanaries('differential').map(({ text }) => text)),
          ),
          { maxLength: 4 },
        ),
        (parts) => {
          agree(parts.join(' '));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.skipIf(!existsSync(corpus))(
    'changes no answer on any text of the shared corpus (skipped where that is absent)',
    { timeout: 120_000 },
    () => {
      const files = readdirSync(corpus).filter((name) => name.endsWith('.jsonl'));
      const texts = files.flatMap((name) =>
        readFileSync(join(corpus, name), 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => {
            const { text_b64 }: { text_b64: string } = JSON.parse(line);
            return Buffer.from(text_b64, 'base64').toString('utf8');
          }),
      );
      expect(texts.length).toBeGreaterThan(1_000);
      texts.forEach(agree);
    },
  );
});
