import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLiteralScanner, literalLimits } from '../../../redaction/literals.ts';

const words = ['pass', 'passe', 'ss', 'AK', 'se', '@', 'x-y'];
const scanner = createLiteralScanner(words);

/** Which literal stands in a text and where it ends, by looking for each in turn. */
function oneByOne(text: string): readonly string[] {
  return words.flatMap((word) => {
    const wanted = word.toLowerCase();
    const where = Array.from({ length: text.length }).flatMap((_, at) => {
      const piece = text.slice(at, at + word.length);
      return piece === word || (word === wanted && piece.toLowerCase() === wanted)
        ? [`${word} ${at + word.length}`]
        : [];
    });
    return word.length > 1 || where.length === 0 ? where : [`${word} 0`];
  });
}

function found(text: string): readonly string[] {
  const hits = scanner.scan(text);
  return Array.from(
    { length: hits.count },
    (_, at) => `${words[hits.ids[at] ?? -1] ?? ''} ${hits.ends[at] ?? -1}`,
  );
}

describe('the one pass over a text', () => {
  it.each([
    '',
    'a',
    'PASSE',
    'passpasse',
    'ak AK',
    'x-Y',
    'se',
    'é@ass',
    'pa\u0130ss',
    '\ud800pass',
  ])('finds in %j what a search for each literal finds', (text) => {
    expect([...found(text)].sort()).toEqual([...oneByOne(text)].sort());
  });

  it('finds in any text what a search for each literal finds', () => {
    const parts = fc.constantFrom(...words, 'p', 'S', ' ', '\u212a', '\u017f', 'aK');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(parts, fc.string({ maxLength: 3 })), { maxLength: 12 }),
        (all) => {
          const text = all.join('');
          expect([...found(text)].sort()).toEqual([...oneByOne(text)].sort());
        },
      ),
    );
  });

  it('says where long runs of letters, digits and signs of base64 stand, and how many digits stand together', () => {
    const { longRuns, longRunCount, longestRun, longestDigits, ascii } = scanner.scan(
      'id 4111 1111-1111 x, key=abcdefghijkl é 0123456789',
    );
    expect([...longRuns.slice(0, longRunCount)]).toEqual([21, 37, 40, 50]);
    expect({ longestRun, longestDigits, ascii }).toEqual({
      longestRun: 16,
      longestDigits: 12,
      ascii: false,
    });
  });

  it('says of a text with more literals than it counts that it does', () => {
    expect(scanner.scan('ss'.repeat(literalLimits.hits)).overflow).toBe(true);
    expect(scanner.scan('ss').overflow).toBe(false);
  });

  it('reports what is wanted once at its first place only', () => {
    const once = createLiteralScanner(['ab', 'cd'], Uint8Array.from([0, 1]));
    const { ids, ends, count } = once.scan('ab cd ab cd');
    expect([...ids.slice(0, count)]).toEqual([0, 1, 1]);
    expect([...ends.slice(0, count)]).toEqual([2, 5, 11]);
  });
});
