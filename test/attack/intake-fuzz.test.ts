import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingLimits } from '../../domain/finding.ts';
import { toOcsf } from '../../domain/ocsf.ts';
import { readBody } from '../../intake/try.ts';
import { shippedCorrelate } from '../support/correlate.ts';

const folder = new URL('../../fixtures/formats/', import.meta.url);
const files = readdirSync(folder).filter((name) => name !== 'expected.json');
const bodies = files.map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Where two runs begin that are the same each time. What fails gets its seed and path here, beside its fix: none has yet. */
const fixed: readonly { readonly seed: number; readonly path?: string }[] = [
  { seed: 20_261_122 },
  { seed: 1_502_709_956 },
];

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    '',
    0,
    -1,
    1e308,
    true,
    [],
    {},
    '__proto__',
    'constructor',
    'toString',
    '0001-01-01T00:00:00Z',
    'a'.repeat(5_000),
    '\u0000',
    '\ud800',
    '{"a":1}',
    '[{"b":"{\\"c\\":1}"}]',
    'CEF:0|',
    '%s',
    '${x}',
    'arn:aws:',
    '=1+1',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);

interface Change {
  /** Which of a body's places is changed, as a share of all of them. */
  readonly where: number;
  readonly how: 'replace' | 'drop' | 'rename' | 'wrap' | 'double';
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  where: fc.double({ min: 0, max: 0.999, noNaN: true }),
  how: fc.constantFrom('replace', 'drop', 'rename', 'wrap', 'double'),
  value: odd,
});

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  const holder = value as Record<string, unknown>; // An array has keys too.
  for (const key of Object.keys(holder)) {
    found.push({ holder, key });
    placesIn(holder[key], found);
  }
  return found;
}

/** `String` asks an object that holds `toString` for its own, which may be a number. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** Changes the structure of a body where it is JSON, and its characters where it is text. */
function mutated(text: string, changes: readonly Change[]): string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return changes.reduce((line, { where, value }) => {
      const at = Math.floor(where * line.length);
      return line.slice(0, at) + textOf(value).slice(0, 40) + line.slice(at + 1);
    }, text);
  }
  for (const { where, how, value } of changes) {
    const places = placesIn(body);
    const place = places[Math.floor(where * places.length)];
    if (place === undefined) break;
    const { holder, key } = place;
    if (how === 'replace') holder[key] = value;
    if (how === 'drop') delete holder[key];
    if (how === 'rename') holder[textOf(value).slice(0, 40) || 'x'] = holder[key];
    if (how === 'wrap') holder[key] = [holder[key], { [key]: holder[key] }];
    if (how === 'double') holder[key] = JSON.stringify(holder[key]) ?? null;
  }
  return JSON.stringify(body);
}

/** What holds of every finding, whatever was sent. */
function check(body: string): void {
  for (const finding of readBody(Buffer.from(body))) {
    const printed = JSON.stringify(finding);
    expect(Buffer.byteLength(printed)).toBeLessThanOrEqual(findingLimits.findingBytes + 4_096);
    expect(finding.title.length).toBeGreaterThan(0);
    expect(finding.uid.length).toBeGreaterThan(0);
    expect([0, 1, 2, 3, 4, 5, 6]).toContain(finding.severityId);
    if (finding.time !== null) expect(Number.isFinite(Date.parse(finding.time))).toBe(true);
    expect(
      finding.resources.every(
        ({ name, uid }) => typeof name === 'string' && typeof uid === 'string',
      ),
    ).toBe(true);
    expect(finding.link === '' || /^https?:\/\//.test(finding.link)).toBe(true);
    expect(finding.notes.some((note) => note.startsWith('reader-failed'))).toBe(false);
    expect(shippedCorrelate(finding).key).toMatch(/^[0-9a-f]{64}$/);
    expect(Number.isInteger(toOcsf(finding, { receivedMs: 0 })['time'])).toBe(true);
  }
}

const property = fc.property(
  fc.nat(bodies.length - 1),
  fc.array(change, { minLength: 1, maxLength: 6 }),
  (index, changes) => check(mutated(bodies[index] ?? '', changes)),
);

describe('readers', () => {
  test('make bounded findings of every body that is nearly one of theirs', () => {
    fc.assert(property, { numRuns: 1_500 });
  }, 120_000);

  test.each(fixed)(
    'do so from the fixed seed $seed',
    (seed) => {
      fc.assert(property, { ...seed, numRuns: 100 });
    },
    60_000,
  );

  test('cannot be led to a prototype', () => {
    for (const text of bodies) check(text.replace('"', '"__proto__":{"polluted":1},"'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
