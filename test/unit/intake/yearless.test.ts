import { describe, expect, test } from 'vitest';
import { normalise } from '../../../intake/normalise.ts';
import { withYears } from '../../../intake/yearless.ts';

const snort = (time: string): string =>
  `${time} [**] [1:527:8] BAD-TRAFFIC same SRC/DST [**] [Classification: Bad] [Priority: 2] {UDP} 192.0.2.1:68 -> 192.0.2.2:67`;
const cef = (time: string): string =>
  `${time} fw-1 CEF:0|Acme|Wall|1|100|Port scan|7|src=192.0.2.7 dst=192.0.2.8`;
const leef = (time: string): string =>
  `${time} fw-1 LEEF:1.0|Acme|Wall|1|scan|src=192.0.2.7\tdst=192.0.2.8`;
const json = (time: string): string =>
  JSON.stringify({ title: 'Port scan', severity: 'high', timestamp: time });
const timeOf = (body: string, received: string): string | null | undefined => {
  const [draft] = withYears(normalise(Buffer.from(body)), Date.parse(received));
  return draft?.time;
};

describe('a time without a year', () => {
  test.each([
    ['syslog before CEF', cef('Nov 22 10:11:12'), '2026-11-22T10:11:12Z'],
    ['syslog before LEEF', leef('Nov  2 10:11:12'), '2026-11-02T10:11:12Z'],
    ['Snort', snort('11/21-19:09:10.917356'), '2026-11-21T19:09:10.917356Z'],
    ['JSON', json('Nov 22 10:11:12'), '2026-11-22T10:11:12Z'],
    ['JSON with a day of the week', json('Sun Nov 22 10:11:12.5'), '2026-11-22T10:11:12.5Z'],
  ])('%s is of the year in which it was received', (_what, body, time) => {
    expect(timeOf(body, '2026-11-22T10:12:00Z')).toBe(time);
    const [draft] = withYears(normalise(Buffer.from(body)), Date.parse('2026-11-22T10:12:00Z'));
    expect(draft?.notes).toContain('year-assumed');
  });

  test.each([
    ['Dec 31 23:59:59', '2027-01-01T00:00:05Z', '2026-12-31T23:59:59Z'],
    ['Jan  1 00:00:01', '2026-12-31T23:59:50Z', '2027-01-01T00:00:01Z'],
    ['Feb 29 12:00:00', '2029-01-10T00:00:00Z', '2028-02-29T12:00:00Z'],
  ])('%s received at %s is %s', (written, received, time) => {
    expect(timeOf(cef(written), received)).toBe(time);
  });

  test.each(['Foo 22 10:11:12', 'Nov 31 10:11:12', '13/40-19:09:10', 'about 10:11:12', ''])(
    'that is none (%j) stays none',
    (written) => {
      expect(timeOf(json(written), '2026-11-22T10:12:00Z')).toBeNull();
    },
  );

  test('does not take the place of one that has its year', () => {
    const body = JSON.stringify({
      title: 'x y',
      time: '2020-01-01T00:00:00Z',
      date: 'Nov 22 10:11:12',
    });
    const drafts = withYears(normalise(Buffer.from(body)), Date.parse('2026-11-22T10:12:00Z'));
    expect(drafts[0]?.time).toBe('2020-01-01T00:00:00Z');
    expect(drafts[0]?.notes).not.toContain('year-assumed');
  });
});
