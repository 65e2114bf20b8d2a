import { describe, expect, it } from 'vitest';
import { printable, printableHead, printableLines } from '../../../cli/printable.ts';

describe('printable text', () => {
  it.each([
    ['an escape sequence', '\u001b[31mred', '\\u{1b}[31mred'],
    ['a carriage return', 'ok\rno', 'ok\\u{d}no'],
    ['a C1 control', 'a\u009bb', 'a\\u{9b}b'],
    ['a bidi override', 'exe\u202efdp', 'exe\\u{202e}fdp'],
    ['a zero width space', 'ad\u200bmin', 'ad\\u{200b}min'],
    ['a lone surrogate', 'x\ud800y', 'x\\u{d800}y'],
    ['a tag character', 'x\u{e0041}', 'x\\u{e0041}'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ])('shows %s instead of obeying it', (_name, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves what people write as it is', () => {
    for (const text of ['Zürich – naïve café', '日本語', 'emoji 😀', 'a\\b "c"'])
      expect(printable(text)).toBe(text);
  });

  it('keeps line ends and tabs only where lines are wanted', () => {
    expect(printable('a\n\tb')).toBe('a\\u{a}\\u{9}b');
    expect(printableLines('a\r\n\tb\u0007')).toBe('a\n\tb\\u{7}');
  });

  it('says where it cut', () => {
    expect(printableHead('abcdef', 4)).toBe('abc…');
    expect(printableHead('abcd', 4)).toBe('abcd');
  });
});
