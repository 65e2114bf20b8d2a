import { readFileSync, existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../domain/json.ts';
import { checkPath, leadingNames, pathLimits, select } from '../../../domain/path.ts';

const data = JSON.parse(`{
  "finding": {
    "resources": [{ "name": "web-7" }, { "name": "db-1" }],
    "labels": { "app.kubernetes.io/name": "shop" },
    "nothing": null,
    "text": "abc",
    "*": { "trap": true },
    "own": { "__proto__": { "polluted": true }, "constructor": 1 }
  }
}`) as Json;

describe('paths', () => {
  test.each([
    ['$', data],
    ['$.finding.resources[0].name', 'web-7'],
    ['$.finding.resources[1]["name"]', 'db-1'],
    ['$.finding.resources[*].name', ['web-7', 'db-1']],
    ["$.finding.labels['app.kubernetes.io/name']", 'shop'],
    ['$.finding.nothing', null],
    ['$.finding.absent', undefined],
    ['$.finding.resources[9].name', undefined],
    ['$.finding.absent[*].name', []],
  ])('%s selects what is there', (path, expected) => {
    expect(checkPath(path)).toBeNull();
    expect(select(path, data)).toEqual(expected);
  });

  test.each([
    '$.finding.resources.length',
    '$.finding.text.length',
    '$.finding.text[0]',
    '$.finding.labels[0]',
  ])('%s: members that JSON does not have are not there', (path) => {
    expect(select(path, data)).toBeUndefined();
  });

  test('a key named * in an alert cannot narrow a wildcard', () => {
    expect(select('$.finding[*]', data)).toHaveLength(6);
  });

  test.each([
    '',
    'finding',
    '$.',
    '$..name',
    '$.a..b',
    "$['']",
    '$[-1]',
    '$[01]',
    '$[99999]',
    '$[1:2]',
    "$['a','b']",
    '$[?(@.a)]',
    '$[?@.a]',
    '$[(@.length)]',
    '$.__proto__',
    "$['constructor']",
    '$.a.prototype.b',
    '$[*][*][*]',
    `$${'.a'.repeat(pathLimits.segments + 1)}`,
    `$.${'a'.repeat(pathLimits.chars)}`,
    "$['a;b']",
    "$['@number()']",
    "$['a,b']",
    "$['`a']",
    '$.a^',
    '$.a~',
    "$['%@%']",
    ' $',
    '$ ',
  ])('%j is refused and selects nothing', (path) => {
    expect(checkPath(path)).not.toBeNull();
    expect(select(path, data)).toBeUndefined();
  });

  test('a wildcard over a long list yields no more than the bound', () => {
    const long = { rows: Array.from({ length: 5_000 }, (_, index) => ({ cells: [index, index] })) };
    expect(select('$.rows[*].cells[*]', long)).toHaveLength(pathLimits.results);
  });

  test('selecting changes neither the data nor any prototype', () => {
    const before = JSON.stringify(data);
    select('$.finding.own[*]', data);
    expect(JSON.stringify(data)).toBe(before);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('the leading names end at the first index or wildcard', () => {
    expect(leadingNames('$.steps.asset.tags[0].name')).toEqual(['steps', 'asset', 'tags']);
    expect(leadingNames('not a path')).toEqual([]);
  });
});

const corpus = '../shared/hostile/jsonpath-cts.jsonl';
describe.skipIf(!existsSync(corpus))(
  'RFC 9535 conformance cases (skipped where ../shared is absent)',
  () => {
    interface Case {
      readonly name: string;
      readonly selector: string;
      readonly document?: Json;
      readonly result?: readonly Json[];
      readonly results?: readonly (readonly Json[])[];
      readonly invalid_selector?: boolean;
    }
    const cases = (existsSync(corpus) ? readFileSync(corpus, 'utf8') : '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Case);

    test('no selector that the RFC calls invalid is accepted', () => {
      const accepted = cases.filter(
        (each) => each.invalid_selector === true && checkPath(each.selector) === null,
      );
      expect(accepted.map((each) => each.selector)).toEqual([]);
      expect(cases.some((each) => each.invalid_selector === true)).toBe(true);
    });

    test('what is accepted selects what the RFC says', () => {
      const inSubset = cases.filter(
        (each) =>
          each.invalid_selector !== true &&
          checkPath(each.selector) === null &&
          each.document !== undefined,
      );
      expect(inSubset.length).toBeGreaterThan(5);
      for (const each of inSubset) {
        const found = select(each.selector, each.document ?? null);
        const nodes = /\*/.test(each.selector) ? found : found === undefined ? [] : [found];
        expect(each.results ?? [each.result], `${each.name}: ${each.selector}`).toContainEqual(
          nodes,
        );
      }
    });
  },
);
