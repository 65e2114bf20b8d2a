import type RE2 from 're2';

/** All matches of a global pattern. RE2's own `matchAll` compiles the pattern anew each time, which costs more than matching. */
export function everyMatch(pattern: RE2, text: string): readonly RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (;;) {
    const match = pattern.exec(text);
    if (match === null) return found;
    found.push(match);
    if (match[0] === '')
      pattern.lastIndex += (text.codePointAt(pattern.lastIndex) ?? 0) > 0xffff ? 2 : 1;
  }
}
