import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isObject, type Json } from '../../domain/json.ts';
import { decodeBody } from '../../intake/decode-body.ts';
import { normalise } from '../../intake/normalise.ts';
import { parseJson } from '../../intake/parse-json.ts';
import { flatFinding, readBody } from '../../intake/try.ts';

const corpus = new URL('../../../shared/hostile/', import.meta.url);
const isHere = existsSync(corpus);

interface Case {
  readonly id: string;
  readonly cat: string;
  readonly expect: string;
  readonly p64?: string;
  readonly gen?: { readonly [key: string]: string | number };
}

function cases(name: string): readonly Case[] {
  if (!isHere) return [];
  const lines = readFileSync(new URL(name, corpus), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case);
}

function bytesOf(item: Case): Uint8Array {
  if (item.p64 !== undefined) return Buffer.from(item.p64, 'base64');
  const { repeat, times, suffix64 = '' } = item.gen ?? {};
  const unit = Buffer.from(String(repeat), 'base64').toString();
  return Buffer.concat([
    Buffer.from(unit.repeat(Number(times))),
    Buffer.from(String(suffix64), 'base64'),
  ]);
}

describe.skipIf(!isHere)('the JSON test suite (needs ../shared/hostile)', () => {
  test.each(cases('json-parsing.jsonl'))('$id is read as the grammar says ($expect)', (item) => {
    const parsed = parseJson(bytesOf(item));
    if (item.expect === 'accept') expect(parsed.kind).toBe('values');
    if (item.expect === 'reject') expect(parsed.kind).toBe('invalid');
  });

  test.each(cases('json-parsing.jsonl'))('$id becomes a finding, whatever it says', (item) => {
    expect(normalise(bytesOf(item)).length).toBeGreaterThan(0);
  });

  test.each(cases('json-transform.jsonl'))(
    '$id is read without a change that is not noted',
    (item) => {
      const parsed = parseJson(bytesOf(item));
      if (parsed.kind === 'invalid') return expect(parsed.verdict).toMatch(/^invalid-utf8/);
      const plain = JSON.stringify(JSON.parse(Buffer.from(bytesOf(item)).toString()));
      if (JSON.stringify(parsed.values[0]) !== plain)
        expect(parsed.notes.length).toBeGreaterThan(0);
    },
  );
});

function bomb(gen: NonNullable<Case['gen']>): Uint8Array {
  const depth = Number(gen['depth']);
  switch (gen['kind']) {
    case 'nest-array':
      return Buffer.from('['.repeat(depth) + ']'.repeat(depth));
    case 'nest-object':
      return Buffer.from('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
    case 'keys':
      return Buffer.from(
        `{${Array.from({ length: Number(gen['count']) }, (_, at) => `"k${at}":1`).join(',')}}`,
      );
    case 'literal':
      return Buffer.from(`{"title":"t","n":${String(gen['text'])}}`);
    case 'string-literal':
      return Buffer.from(`{"title":"${String(gen['text'])}"}`);
    case 'raw-bytes-in-string':
      return Buffer.concat([
        Buffer.from('{"title":"'),
        Buffer.from(String(gen['hex']), 'hex'),
        Buffer.from('"}'),
      ]);
    default:
      return Buffer.from('{"title":"t"}');
  }
}

const parserBombs = cases('json-bombs.jsonl').filter((item) =>
  ['depth', 'width', 'number', 'escape', 'utf8'].includes(item.cat),
);

describe.skipIf(!isHere)('JSON bombs (needs ../shared/hostile)', () => {
  test.each(parserBombs)('$id ($cat, $gen.kind) ends within a second as $expect', (item) => {
    const body = bomb(item.gen ?? {});
    const before = performance.now();
    const parsed = parseJson(body);
    expect(performance.now() - before).toBeLessThan(1_000);
    if (item.expect === 'accept') expect(parsed.kind).toBe('values');
    if (item.expect.startsWith('reject')) expect(parsed.kind).toBe('invalid');
    if (item.expect === 'exact-or-reject')
      expect(numberOf(parsed.kind === 'values' ? parsed.values[0] : null)).toBe(
        String(item.gen?.['text']),
      );
  });

  test('a gigabyte of zeros stops at the bound of what a body may become', () => {
    const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect(decodeBody(zeros, 'gzip')).toEqual({ kind: 'broken', verdict: 'decoded-too-large' });
  });

  test('fifty codings one after another are not read', () => {
    expect(decodeBody(gzipSync('{}'), Array(50).fill('gzip').join(', ')).kind).toBe('unsupported');
  });
});

function numberOf(value: Json | undefined): string {
  return isObject(value) ? JSON.stringify(value['n']).replaceAll('"', '') : '';
}

describe.skipIf(!isHere)('keys that reach for prototypes (needs ../shared/hostile)', () => {
  test.each(cases('prototype-and-keys.jsonl'))('$id is inert', (item) => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    const [finding] = readBody(bytesOf(item));
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(Object.keys(finding ?? {})).not.toContain('__proto__');
    expect(JSON.stringify(finding)).not.toContain('"__proto__":');
  });
});

describe.skipIf(!isHere)('poison alerts (needs ../shared/hostile)', () => {
  test.each(cases('poison-alerts.jsonl'))(
    '$id ($cat) becomes one finding that says what it says',
    (item) => {
      const findings = readBody(bytesOf(item));
      expect(findings).toHaveLength(1);
      const [finding] = findings;
      if (finding === undefined) return;
      expect(finding.uid).not.toBe('');
      const alert = JSON.parse(
        item.cat === 'comment' ? '{}' : Buffer.from(bytesOf(item)).toString(),
      ) as Record<string, Record<string, string>>;
      if (item.expect === 'rejected') return expect(finding.kind).toBe('unparsed');
      const flat = flatFinding(finding);
      if (alert['rule'] !== undefined)
        expect(flat.title).toBe(alert['rule']['name']?.slice(0, 256));
      if (alert['host']?.['name'] !== undefined)
        expect(flat.resources).toContain(alert['host']['name']);
      if (item.cat === 'dup-severity') expect(finding.notes).toContain('duplicate-keys');
      if (item.cat === 'severity-unknown') expect(finding.notes).toContain('severity-unknown');
      if (item.cat.startsWith('time-'))
        expect(finding).toMatchObject({ time: null, timeBasis: 'received' });
    },
  );
});
