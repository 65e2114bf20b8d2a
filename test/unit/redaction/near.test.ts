import { describe, expect, it } from 'vitest';
import { compileRules, type Rule } from '../../../redaction/rule.ts';
import { createScanner } from '../../../redaction/scan.ts';

const rule: Rule = {
  id: 'club-card',
  kind: 'club-card',
  class: 'personal',
  literals: [],
  digitsMin: 6,
  pattern: '\\b[A-Z]?\\d{6}\\b',
  near: { words: ['club card', 'clubkarte*', 'บัตร'], unless: ['order'] },
  alone: true,
  positives: ['club card 123456', 'clubkarte 234567', 'club card: A345678'],
  negatives: ['123 456', 'club card', 'we sold 123456 of them'],
  source: 'https://example.com/club',
};
const scanner = createScanner(compileRules([rule]));
const found = (text: string, field = ''): readonly string[] =>
  scanner.scan(text, field).map(({ start, end }) => text.slice(start, end));

describe('a rule that asks for words nearby', () => {
  it.each([
    ['my club card is 123456', ['123456']],
    ['Club cards: 123456, 234567 and 345678', ['123456', '234567', '345678']],
    ['123456 is on my club card', ['123456']],
    ['Clubkartennummer 123456', ['123456']],
    ['บัตร 123456', ['123456']],
    ['CLUB CARD:123456', ['123456']],
  ])('believes %s', (text, values) => {
    expect(found(text)).toEqual(values);
  });

  it.each([
    'we sold 123456 of them',
    'nightclub cardigan 123456',
    `club card ${'and so on '.repeat(8)} 123456`,
    'club card order 123456',
  ])('leaves %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('takes the name of the field for such a word, however it is written', () => {
    expect(found('123456', 'clubCard')).toEqual(['123456']);
    expect(found('123456', 'CLUB_CARD_NO')).toEqual(['123456']);
    expect(found('123456', 'order')).toEqual([]);
  });

  it('believes what stands alone, or in a list of nothing else, where the field has no name', () => {
    expect(found('A123456')).toEqual(['A123456']);
    expect(found('123456')).toEqual([]);
    expect(found('A123456, B234567')).toEqual(['A123456', 'B234567']);
    expect(found('A123456 rows')).toEqual([]);
    expect(found('A123456', 'rows')).toEqual([]);
  });
});
