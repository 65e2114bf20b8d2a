/** Tokens and masks as they stand in text: `<email:k1.…>` and `[redacted:jwt]`. */
export const maskOf = (kind: string): string => `[redacted:${kind}]`;

/** Bounds of what a partial mask shows: a longer end, or more of a short value, would single it out. */
export const partialLimits = { chars: 4, percent: 30 } as const;

/** `[redacted:payment-card:1111]`: the end of the value's letters and digits, or nothing of a value too short for it. */
export function partialOf(kind: string, value: string): string {
  const plain = value.replace(/[^A-Za-z0-9]/g, '');
  const shown = Math.min(
    partialLimits.chars,
    Math.floor((plain.length * partialLimits.percent) / 100),
  );
  return shown < 1 ? maskOf(kind) : `[redacted:${kind}:${plain.slice(-shown)}]`;
}

/** 26 characters of base32 hold 128 bits. */
export const tokenChars = 26;

const markPattern =
  /<[a-z0-9][a-z0-9-]{0,31}:[a-z0-9]{1,16}\.[a-z2-7]{26}>|\[redacted:[a-z0-9][a-z0-9-]{0,39}(?::[A-Za-z0-9]{1,4})?\]/g;

const noMarks: readonly (readonly [number, number])[] = [];

/** Where marks of ours stand in a text. Linear: every part of the pattern is bounded. */
export function marksIn(text: string): readonly (readonly [number, number])[] {
  if (!text.includes('[redacted:') && !(text.includes('<') && /<[a-z0-9-]+:[a-z0-9]+\./.test(text)))
    return noMarks;
  return [...text.matchAll(markPattern)].map((match): readonly [number, number] => [
    match.index,
    match.index + match[0].length,
  ]);
}

/** Our own marks hold words such as `private-key`: the detectors see blanks of another kind in their place. */
export function withoutMarkText(
  text: string,
  marks: readonly (readonly [number, number])[],
): string {
  if (marks.length === 0) return text;
  let out = '';
  let at = 0;
  for (const [start, end] of marks) {
    out += text.slice(at, start) + '\u0001'.repeat(end - start);
    at = end;
  }
  return out + text.slice(at);
}
