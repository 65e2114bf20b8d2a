import fc from 'fast-check';
import RE2 from 're2';
import { expect, test } from 'vitest';
import { everyMatch } from '../../../intake/every-match.ts';
import { pairsIn, pairsInProse } from '../../../intake/text-pairs.ts';

const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
/** What the scanner has to find, as a pattern. */
const pattern = new RE2(
  `(?:^|[\\s,;<>\\[])([A-Za-z_@][\\w.@-]*)(?:=(${quoted}|[^\\s,;"]*)|:(${quoted}))`,
  'g',
);

const byPattern = (text: string): unknown =>
  everyMatch(pattern, text).map(([, key, assigned, said]) => {
    const value = String(assigned ?? said);
    const whole = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
    return [key, whole ? value.slice(1, -1).replaceAll('\\"', '"') : value];
  });

const telling = fc.constantFrom(
  ...['a', 'b_', 'x.y', '-', '@', 'é', '\n'],
  ...'=:"\\ ,;<['.split(''),
);
const texts = fc.array(fc.oneof(telling, fc.string({ maxLength: 4 })), { maxLength: 40 });

test('a text holds the pairs that the pattern finds in it', () => {
  fc.assert(
    fc.property(texts, (parts) => {
      expect(pairsIn(parts.join(''))).toEqual(byPattern(parts.join('')));
    }),
    { numRuns: 2_000 },
  );
});

test('a hostile text is read in bounds', () => {
  expect(pairsIn('x=1,'.repeat(100_000))).toHaveLength(20_000);
  expect(pairsInProse('x=1,'.repeat(100_000))).toHaveLength(64);
  expect(pairsIn(`a="${'\\"'.repeat(100_000)}`)).toEqual([['a', '']]);
});
