/**
 * SECURITY: alerts carry text that an attacker wrote. On a terminal, control characters rewrite what stands there and
 * bidi controls reorder it, so that a person approves something else than what they read. Both become visible escapes.
 */
export function printable(text: string): string {
  return text.replace(unsafe, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** As `printable`, but keeps line ends and tabs: for bodies of tickets and notes. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(printable).join('\t'))
    .join('\n');
}

/** Cuts to `charsMax` code points and says so. Never use it for what a person is to approve. */
export function printableHead(text: string, charsMax: number): string {
  const points = Array.from(text);
  return points.length <= charsMax
    ? printable(text)
    : `${printable(points.slice(0, charsMax - 1).join(''))}…`;
}

// C0, DEL, C1, lone surrogates, soft hyphen, Arabic letter mark, zero width and bidi controls, line and paragraph separators,
// word joiner and invisible operators, variation tags, BOM, interlinear annotation, tag characters.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff]|[\u{e0000}-\u{e0fff}]/gu;
