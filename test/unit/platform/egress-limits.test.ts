import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../../platform/breaker.ts';
import { withinDepth } from '../../../platform/json-depth.ts';
import { retryAfterMs, retryAfterMsMax } from '../../../platform/retry-after.ts';
import { fillPath } from '../../../connectors/path-template.ts';

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  const cases: readonly (readonly [headers: Record<string, string>, ms: number])[] = [
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '999999999' }, retryAfterMsMax],
    [{ 'retry-after': '-5' }, 0],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Thu, 01 Jan 2020 00:00:30 GMT' }, 0],
    [{ 'retry-after': 'soon' }, 5_000],
    [{ 'x-rate-limit-reset': String(nowMs / 1000 + 12) }, 12_000],
    [{ 'x-ratelimit-retryafter': String(nowMs / 1000 + 12) }, 12_000],
    [{}, 5_000],
  ];
  it.each(cases)('%j means %i ms', (headers, ms) => {
    expect(retryAfterMs(headers, nowMs)).toBe(ms);
  });
});

describe('a breaker', () => {
  it('opens after failures in a row, lets one probe through after its rest, and closes when that succeeds', () => {
    let nowMs = 0;
    const breaker = createBreaker({ clock: { nowMs: () => nowMs }, failuresMax: 2, restMs: 1_000 });
    breaker.failed();
    expect(breaker.enter()).toBeNull();
    breaker.failed();
    expect(breaker.enter()).toBe(1_000);
    nowMs = 1_000;
    expect(breaker.enter()).toBeNull();
    expect(breaker.enter()).toBe(1_000);
    breaker.failed();
    expect(breaker.enter()).toBe(1_000);
    nowMs = 2_000;
    expect(breaker.enter()).toBeNull();
    breaker.succeeded();
    expect([breaker.enter(), breaker.enter()]).toEqual([null, null]);
  });

  it('counts failures in a row only', () => {
    const breaker = createBreaker({ clock: { nowMs: () => 0 }, failuresMax: 2, restMs: 1_000 });
    for (let turn = 0; turn < 5; turn += 1) {
      breaker.failed();
      breaker.succeeded();
    }
    expect(breaker.enter()).toBeNull();
  });

  it('gives the probe to the next call where the first one told nothing', () => {
    let nowMs = 0;
    const breaker = createBreaker({ clock: { nowMs: () => nowMs }, failuresMax: 1, restMs: 1_000 });
    breaker.failed();
    nowMs = 1_000;
    expect(breaker.enter()).toBeNull();
    breaker.released();
    expect(breaker.enter()).toBeNull();
  });
});

describe('the depth of JSON', () => {
  it('counts brackets outside strings', () => {
    expect(withinDepth('[[1]]', 2)).toBe(true);
    expect(withinDepth('[[[1]]]', 2)).toBe(false);
    expect(withinDepth('["[[[[", "\\"[[["]', 1)).toBe(true);
    expect(withinDepth('['.repeat(1_000_000), 64)).toBe(false);
  });
});

describe('a path', () => {
  it('takes values as one segment each', () => {
    expect(fillPath('/a/{name}/b', { name: 'web 7/../x?y#z' })).toBe(
      '/a/web%207%2F..%2Fx%3Fy%23z/b',
    );
  });

  it.each([{ name: '..' }, { name: '.' }, { name: '' }, { other: 'x' }, { name: '\ud800' }])(
    'refuses %j',
    (values: Record<string, string>) => {
      expect(() => fillPath('/a/{name}', values)).toThrowError(
        expect.objectContaining({ code: 'INPUT_INVALID' }),
      );
    },
  );

  it('knows no inherited names', () => {
    expect(() => fillPath('/{constructor}', {})).toThrowError(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });
});
