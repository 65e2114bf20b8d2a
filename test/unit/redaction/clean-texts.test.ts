import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { cleanTextLimits, createCleanTexts } from '../../../redaction/clean-texts.ts';
import { compiledRules } from '../../../redaction/policy.ts';
import { createScanner } from '../../../redaction/scan.ts';
import type { SpanKind } from '../../../redaction/spans.ts';

const { textChars, texts, generationChars } = cleanTextLimits;

describe('texts that need not be searched again', () => {
  it('are known in the place where they were clean', () => {
    const clean = createCleanTexts();
    clean.add('123-45-6789', 'order');
    clean.add('日本語 ÿ', null);
    expect(clean.has('123-45-6789', 'order')).toBe(true);
    expect(clean.has('日本語 ÿ', null)).toBe(true);
    expect(clean.has('123-45-6789', 'ssn')).toBe(false);
    expect(clean.has('123-45-6789', null)).toBe(false);
    expect(clean.has('日本語 ', null)).toBe(false);
  });

  it('go when as many others came twice over, unless they were met in between', () => {
    const clean = createCleanTexts();
    clean.add('met', null);
    clean.add('not met', null);
    for (let other = 0; other < 2 * texts; other += 1) {
      clean.add(`other ${other}`, null);
      if (other % 1_000 === 0) expect(clean.has('met', null)).toBe(true);
    }
    expect(clean.has('met', null)).toBe(true);
    expect(clean.has('not met', null)).toBe(false);
  });

  it('are bounded in length, one by one and together', () => {
    const clean = createCleanTexts();
    clean.add('x'.repeat(textChars + 1), null);
    expect(clean.has('x'.repeat(textChars + 1), null)).toBe(false);
    const long = (at: number): string => String(at).padEnd(textChars, '.');
    const count = (2 * generationChars) / textChars;
    for (let at = 0; at <= count; at += 1) clean.add(long(at), null);
    expect(clean.has(long(0), null)).toBe(false);
    expect(clean.has(long(count), null)).toBe(true);
  });

  it('hold nothing of the body that they stood in', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const bodyBytes = 1_000_000;
    const clean = createCleanTexts();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < 100; at += 1)
      clean.add(
        Buffer.alloc(bodyBytes, `name ${at} of some length `).toString('latin1').slice(0, 60),
        null,
      );
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20 * bodyBytes);
  });
});

describe('a scanner that was asked before', () => {
  const scanner = createScanner(compiledRules());
  const found = (text: string, field: string, known?: Map<string, SpanKind>): readonly string[] =>
    scanner.scan(text, field, known).map(({ start, end }) => text.slice(start, end));

  it('searches a text that was clean under one name under another', () => {
    expect(found('536904399', 'flow')).toEqual([]);
    expect(found('536904399', 'flow')).toEqual([]);
    expect(found('536904399', 'ssn')).toEqual(['536904399']);
  });

  it('follows a secret of an earlier part into a text that is clean by itself', () => {
    const text = 'signed in with hunter2hunter2 again';
    expect(found(text, '')).toEqual([]);
    const kind: SpanKind = { kind: 'password', class: 'secret', rule: 'assigned-value' };
    expect(found(text, '', new Map([['hunter2hunter2', kind]]))).toEqual(['hunter2hunter2']);
    expect(found(text, '')).toEqual([]);
  });

  it('finds again what it found', () => {
    const text = 'login with AKIAZ5GMXQHKJT3RWNYB now';
    expect(found(text, '')).toEqual(found(text, ''));
    expect(found(text, '')).toEqual(['AKIAZ5GMXQHKJT3RWNYB']);
  });
});
