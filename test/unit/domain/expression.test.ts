import { describe, expect, test } from 'vitest';
import { SallyportError } from '../../../domain/errors.ts';
import { expressionLimits } from '../../../domain/expression-limits.ts';
import { checkExpression, evaluate, readsOf, testsOf } from '../../../domain/expression.ts';
import type { JsonObject } from '../../../domain/json.ts';

const facts: JsonObject = {
  incident: { count: 3 },
  finding: {
    severityId: 5,
    score: 1.5,
    whole: 2,
    format: 'falco',
    missing: null,
    resources: [
      { type: 'host', name: 'a' },
      { type: 'pod', name: 'b' },
    ],
    labels: { 'app.kubernetes.io/name': 'shop' },
    $typeName: 'google.protobuf.Any',
  },
  steps: { asset: { criticality: 'crown' } },
};

function failure(source: string, data: JsonObject = facts): string {
  try {
    evaluate(source, data);
  } catch (error) {
    if (error instanceof SallyportError) return error.code;
    throw error;
  }
  return 'none';
}

describe('expressions', () => {
  test.each([
    ["finding.severityId >= 4 && finding.format == 'falco'", true],
    ["steps.asset.criticality == 'crown'", true],
    ['has(finding.absent)', false],
    ['has(finding.missing)', false],
    ['finding.missing == null', true],
    ["finding.resources.exists(r, r.type == 'host')", true],
    ["finding.resources.filter(r, r.type == 'host').map(r, r.name)", ['a']],
    ['finding.resources[1].name', 'b'],
    ["finding.labels['app.kubernetes.io/name']", 'shop'],
    ['finding.score > 1', true],
    ['finding.whole + 1', 3],
    ['incident.count % 2', 1],
    ["{'severity': finding.severityId, 'at': [1, 2.5]}", { severity: 5, at: [1, 2.5] }],
    ["finding.format.matches('^fal')", true],
    ["'n=' + string(incident.count)", 'n=3'],
    ['size(finding.resources)', 2],
    ['uint(3)', 3],
    ["timestamp('2026-01-01T05:00:00Z').getHours()", 5],
  ])('%s', (source, expected) => {
    expect(checkExpression(source)).toBeNull();
    expect(evaluate(source, facts)).toEqual(expected);
  });

  test.each([
    'finding.absent',
    'finding.format + 1',
    '1 / 0',
    'int(finding.format)',
    '9007199254740993',
    "timestamp('2026-01-01T00:00:00Z')",
    "double('NaN')",
    '{1: 2}',
    'finding'.concat('.format.x'),
  ])('%s fails with one code', (source) => {
    expect(failure(source)).toBe('EXPRESSION_FAILED');
  });

  test('a failure does not repeat what the data says', () => {
    expect(() => evaluate('int(finding.format)', { finding: { format: 'a-secret' } })).toThrow(
      /^(?!.*a-secret)/,
    );
  });

  test('data that poses as a message of the library stays a map', () => {
    expect(evaluate("finding['$typeName']", facts)).toBe('google.protobuf.Any');
  });

  test.each([
    ['too long', `'${'x'.repeat(expressionLimits.sourceChars)}'`],
    ['too deep in brackets', `${'('.repeat(33)}1${')'.repeat(33)}`],
    ['too many prefix operators', `${'!'.repeat(33)}true`],
    ['too many nodes', Array.from({ length: 300 }, () => '1').join(' + ')],
    ['too many loops in each other', '[1].map(a, [1].map(b, [1].map(c, c)))'],
    ['too costly', 'finding.unmapped.a.map(x, finding.unmapped.b.map(y, x == y))'],
    ['a pattern from data', 'finding.format.matches(finding.title)'],
    ['a pattern that RE2 refuses', "finding.format.matches('(?=a)')"],
    ['a pattern that is too long', `finding.format.matches('${'a'.repeat(257)}')`],
    ['a time zone', "timestamp('2026-01-01T00:00:00Z').getHours('Europe/London')"],
    ['an unknown name', 'process.env'],
    ['an unknown function', "finding.format.replace('a', 'b')"],
    ['a message', 'google.protobuf.Any{}'],
    ['no CEL', 'finding.x =>'],
    ['nothing', ''],
  ])('%s is refused at load', (_, source) => {
    expect(checkExpression(source)).not.toBeNull();
    expect(failure(source)).toBe('EXPRESSION_FAILED');
  });

  test('a loop over a list that is longer than its cost assumed fails instead of running', () => {
    const long = {
      finding: {
        resources: Array.from({ length: 21 }, () => ({ name: 'x' })),
        tags: Array.from({ length: 101 }, () => 1),
      },
    };
    expect(failure('finding.resources.all(r, true)', long)).toBe('EXPRESSION_FAILED');
    expect(failure('finding.tags.all(t, true)', long)).toBe('EXPRESSION_FAILED');
  });

  test('a text cannot be doubled without end', () => {
    const data = { finding: { title: 'x'.repeat(40_000) } };
    expect(failure('finding.title + finding.title', data)).toBe('EXPRESSION_FAILED');
  });

  test('what an expression reads and tests is known without running it', () => {
    const source = "has(steps.asset.owner) && steps['asset'].owner == finding.title";
    expect(readsOf(source)).toEqual([
      ['steps', 'asset', 'owner'],
      ['steps', 'asset', 'owner'],
      ['finding', 'title'],
    ]);
    expect(testsOf(source)).toEqual([['steps', 'asset', 'owner']]);
    expect(readsOf('finding.resources.all(r, r.name == item)')).toEqual([
      ['item'],
      ['finding', 'resources'],
    ]);
  });

  test('four thousand rules over one finding take less than a second', () => {
    const source = "finding.severityId >= 4 && finding.resources.exists(r, r.type == 'host')";
    const started = performance.now();
    for (let count = 0; count < 4_000; count += 1) evaluate(source, facts);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
