import type { Span } from './spans.ts';

/** A run of base64, base64url or hexadecimal that decodes to text which holds something. */
export interface EncodedRun {
  readonly start: number;
  readonly end: number;
  readonly form: 'base64' | 'hex' | 'utf16';
  readonly found: Span;
}

const runChars = 20;
const hexChars = 24;
const runBytes = 262_144;
const probeChars = 32;

/**
 * Decodes runs that look like text and asks `holds` about what comes out. A run that holds something goes as a whole: a part of it
 * would still decode. Linear: each run is decoded once or twice, and most are refused after their first 32 characters.
 */
export function encodedRuns(
  text: string,
  holds: (decoded: string) => Span | undefined,
): readonly EncodedRun[] {
  const runs: EncodedRun[] = [];
  for (const match of text.matchAll(/[A-Za-z0-9+/_-]{20,}={0,2}/g)) {
    const run = match[0];
    if (run.length < runChars || run.length > runBytes) continue;
    const range = { start: match.index, end: match.index + run.length };
    const found = /^(?:0x)?[0-9a-fA-F]+$/.test(run)
      ? hexFound(run, holds)
      : base64Found(run, holds);
    if (found !== undefined) runs.push({ ...range, ...found });
  }
  return runs;
}

type Found = Pick<EncodedRun, 'form' | 'found'>;

function hexFound(run: string, holds: (decoded: string) => Span | undefined): Found | undefined {
  const digits = run.startsWith('0x') ? run.slice(2) : run;
  if (digits.length < hexChars || digits.length % 2 === 1) return undefined;
  return foundIn(Buffer.from(digits, 'hex'), { form: 'hex', holds });
}

/** Anything that precedes in the same run (`data=`, a path segment) shifts the alphabet: the tails after `/`, `-`, `_`, `+` are tried too. */
function base64Found(run: string, holds: (decoded: string) => Span | undefined): Found | undefined {
  if (!/[A-Z]/.test(run) && !/\d/.test(run)) return undefined;
  const probe = Buffer.from(run.slice(0, probeChars), 'base64');
  if (looksLikeText(probe)) return foundIn(Buffer.from(run, 'base64'), { form: 'base64', holds });
  return undefined;
}

function foundIn(
  bytes: Buffer,
  of: { form: 'base64' | 'hex'; holds: (decoded: string) => Span | undefined },
): Found | undefined {
  if (isUtf16(bytes)) {
    const found = of.holds(bytes.toString('utf16le'));
    return found === undefined ? undefined : { form: 'utf16', found };
  }
  if (!looksLikeText(bytes)) return undefined;
  const found = of.holds(bytes.toString('utf8'));
  return found === undefined ? undefined : { form: of.form, found };
}

/** At most one byte in eight is neither printable ASCII, white space nor part of UTF-8. */
function looksLikeText(bytes: Buffer): boolean {
  if (isUtf16(bytes)) return true;
  let odd = 0;
  for (const byte of bytes)
    if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte >= 127) odd += 1;
  return odd * 8 <= bytes.length;
}

/** ASCII as UTF-16LE: every second byte is zero (PowerShell's -EncodedCommand). */
function isUtf16(bytes: Buffer): boolean {
  const size = Math.min(bytes.length, 64) & ~1;
  if (size < 8) return false;
  let zeros = 0;
  for (let at = 1; at < size; at += 2) if (bytes[at] === 0) zeros += 1;
  return zeros * 10 >= size * 4;
}
