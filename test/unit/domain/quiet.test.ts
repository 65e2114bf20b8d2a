import { describe, expect, test } from 'vitest';
import { quietUntilMs, type QuietWindow } from '../../../domain/quiet.ts';

const window = (over: Partial<QuietWindow> = {}): QuietWindow => ({
  id: 'maintenance/m',
  kind: 'maintenance',
  when: 'true',
  owner: 'ops',
  reason: 'patching',
  change: '',
  from: '2026-11-01T00:00:00Z',
  until: '2026-12-01T00:00:00Z',
  repeat: null,
  floor: 5,
  ...over,
});
const until = (over: Partial<QuietWindow>, now: string): string | null => {
  const ms = quietUntilMs(window(over), Date.parse(now));
  return ms === null ? null : new Date(ms).toISOString();
};

describe('a quiet window', () => {
  test('without turns lasts from its start to its end', () => {
    expect(until({}, '2026-11-10T12:00:00Z')).toBe('2026-12-01T00:00:00.000Z');
    expect(until({}, '2026-10-31T23:59:59Z')).toBeNull();
    expect(until({}, '2026-12-01T00:00:00Z')).toBeNull();
  });

  // 22 November 2026 is a Sunday.
  const nights = { repeat: { days: ['sun'], at: '22:00', forMs: 4 * 3_600_000 } } as const;
  test.each([
    ['before its turn', '2026-11-22T21:59:59Z', null],
    ['in its turn', '2026-11-22T22:00:00Z', '2026-11-23T02:00:00.000Z'],
    [
      'after midnight of a turn that began the day before',
      '2026-11-23T01:59:59Z',
      '2026-11-23T02:00:00.000Z',
    ],
    ['after its turn', '2026-11-23T02:00:00Z', null],
    ['on another day', '2026-11-24T23:00:00Z', null],
  ])('with turns, %s', (_when, now, expected) => {
    expect(until(nights, now)).toBe(expected);
  });

  test('cuts a turn at its own end', () => {
    expect(until({ ...nights, until: '2026-11-23T01:00:00Z' }, '2026-11-22T23:00:00Z')).toBe(
      '2026-11-23T01:00:00.000Z',
    );
  });

  test('may have turns that last for days', () => {
    const weekend = { repeat: { days: ['fri'], at: '18:00', forMs: 60 * 3_600_000 } } as const;
    expect(until(weekend, '2026-11-22T20:00:00Z')).toBe('2026-11-23T06:00:00.000Z');
  });
});
