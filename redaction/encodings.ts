import { inflateSync, gunzipSync, constants } from 'node:zlib';
import { spacedHexIn } from './spaced-hex.ts';
import { utf8Quarter, looksLikeText, isUtf16 } from './text-bytes.ts';

/** A run of base64, base64url or hexadecimal, and what it decodes to. */
export interface EncodedRun {
  readonly start: number;
  readonly end: number;
  /** From the outside in: `['base64', 'gzip']`. */
  readonly forms: readonly Form[];
  /** Null where decoding it would cross `decodedBytes`. */
  readonly text: string | null;
}

export type Form = 'base64' | 'hex' | 'utf16' | 'gzip' | 'zlib';

/** Bytes that may still be decoded for one leaf. */
export interface DecodeBudget {
  bytesLeft: number;
}

const runChars = 20;
const hexChars = 24;
const segmentsMax = 8;
/** Shorter lines are words, not a wrapped body of base64 (PEM wraps at 64, MIME at 76). */
const wrapChars = 32;

/**
 * Decodes runs that look like text or hold compressed text. `longRuns` says where runs of base64's alphabets begin and end (with `=`,
 * which ends a value here). Linear: each run is read once, most are refused after their first twelve characters, and what may
 * be decoded for one leaf is bounded.
 */
export function encodedRuns(
  text: string,
  longRuns: readonly number[],
  budget: DecodeBudget,
): readonly EncodedRun[] {
  let runs: EncodedRun[] | undefined;
  let done = 0;
  for (let each = 0; each < longRuns.length; each += 2) {
    const limit = longRuns[each + 1] ?? 0;
    let at = Math.max(longRuns[each] ?? 0, done);
    if (limit - at < runChars || !mayDecode(text, at, limit)) continue;
    while (limit - at >= runChars) {
      const end = runEnd(text, at);
      if (end - at >= runChars) {
        const found = decodedPart(text, { start: at, end }, budget);
        if (found !== null) (runs ??= []).push(found);
      }
      at = end + 1;
    }
    done = at;
  }
  return runs ?? none;
}

/**
 * Whether something in a run may decode: hexadecimal, or base64 from its start or from behind a slash or `=`. Where the run goes on in the
 * next line it may.
 */
function mayDecode(text: string, start: number, limit: number): boolean {
  const behind = text.charCodeAt(limit);
  if (behind === 10 || behind === 13 || behind === 92) return true;
  for (let at = start; limit - at >= runChars; at += 1) {
    if (utf8Quarter(text, at) || isHexFrom(text, at, limit)) return true;
    while (at < limit && !isBorder(text.charCodeAt(at))) at += 1;
  }
  return false;
}

const isBorder = (code: number): boolean => code === 47 || code === 61;

function isHexFrom(text: string, start: number, limit: number): boolean {
  const from = text.startsWith('0x', start) ? start + 2 : start;
  const end = from + hexChars;
  if (end > limit) return false;
  for (let at = from; at < end; at += 1) if ((traitAt(text, at) & 2) === 0) return false;
  return true;
}

/** The same for bytes that are written apart: `70 61 73 73`. */
export function spacedRuns(text: string, budget: DecodeBudget): readonly EncodedRun[] {
  return spacedHexIn(text).flatMap(({ start, end, digits }) => {
    const bytes = (chars: number): Buffer => Buffer.from(digits.slice(0, chars), 'hex');
    const run = decoded(
      { start, end },
      { form: 'hex', head: () => bytes(64), all: () => bytes(digits.length) },
      budget,
    );
    return run ?? [];
  });
}

const none: readonly EncodedRun[] = [];

/** Bit 0: of base64's alphabets. Bit 1: hexadecimal. */
const alphabet = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return (/[A-Za-z0-9+/_-]/.test(char) ? 1 : 0) | (/[0-9a-fA-F]/.test(char) ? 2 : 0);
});

/** In bounds always: an index beside the table would send the engine's compiled code the slow way. */
function traitAt(text: string, at: number): number {
  if (at >= text.length) return 0;
  const code = text.charCodeAt(at);
  return code < 128 ? (alphabet[code] ?? 0) : 0;
}

/** Over line breaks too, real or written as `\n`, where the line is as long as wrapped base64 is. */
function runEnd(text: string, start: number): number {
  let line = start;
  let at = start;
  for (;;) {
    while ((traitAt(text, at) & 1) === 1) at += 1;
    const broken = at - line >= wrapChars ? lineBreak(text, at) : 0;
    if (broken === 0 || (traitAt(text, at + broken) & 1) === 0) break;
    at += broken;
    line = at;
  }
  while (at - start >= runChars && text.charAt(at) === '=' && at < text.length) at += 1;
  return at;
}

function lineBreak(text: string, at: number): number {
  if (text.startsWith('\\r\\n', at)) return 4;
  if (text.startsWith('\r\n', at) || text.startsWith('\\n', at)) return 2;
  return text.charAt(at) === '\n' ? 1 : 0;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** What stands before in the same run (`/path/`, `0x`) shifts the alphabet: a run is tried anew behind each slash. */
function decodedPart(text: string, run: Range, budget: DecodeBudget): EncodedRun | null {
  let { start } = run;
  for (let turn = 0; turn < segmentsMax && run.end - start >= runChars; turn += 1) {
    const found = decodedAt(text, start === run.start ? run : { start, end: run.end }, budget);
    if (found !== null) return found;
    // Not `indexOf`: it would read on behind the run, to the end of the text.
    while (start < run.end && text.charCodeAt(start) !== 47) start += 1;
    start += 1;
  }
  return null;
}

function decodedAt(text: string, range: Range, budget: DecodeBudget): EncodedRun | null {
  const hex = hexDigits(text, range);
  if (hex !== null)
    return decoded(
      range,
      {
        form: 'hex',
        head: () => Buffer.from(hex.slice(0, 64), 'hex'),
        all: () => Buffer.from(hex, 'hex'),
      },
      budget,
    );
  if (!utf8Quarter(text, range.start)) return null;
  const whole = (): Buffer =>
    Buffer.from(text.slice(range.start, range.end).replace(/\\[rn]|\s/g, ''), 'base64');
  const head = (): Buffer =>
    Buffer.from(text.slice(range.start, Math.min(range.end, range.start + 32)), 'base64');
  return decoded(range, { form: 'base64', head, all: whole }, budget);
}

function hexDigits(text: string, { start, end }: Range): string | null {
  const from = text.startsWith('0x', start) ? start + 2 : start;
  for (let at = from; at < end; at += 1) if ((traitAt(text, at) & 2) === 0) return null;
  return end - from >= hexChars ? text.slice(from, end - ((end - from) % 2)) : null;
}

function decoded(
  range: Range,
  of: { form: 'base64' | 'hex'; head: () => Buffer; all: () => Buffer },
  budget: DecodeBudget,
): EncodedRun | null {
  const head = of.head();
  const packed = packing(head);
  if (packed === null && !looksLikeText(head)) return null;
  const bytes = of.all();
  budget.bytesLeft -= bytes.length;
  if (budget.bytesLeft < 0) return { ...range, forms: [of.form], text: null };
  const plain = packed === null ? null : unpacked(range, { form: of.form, packed, bytes }, budget);
  if (plain !== null) return plain;
  if (isUtf16(bytes))
    return { ...range, forms: [of.form, 'utf16'], text: bytes.toString('utf16le') };
  return looksLikeText(bytes) ? { ...range, forms: [of.form], text: bytes.toString('utf8') } : null;
}

/** RFC 1952 and RFC 1950 by their first two bytes. */
function packing(head: Buffer): 'gzip' | 'zlib' | null {
  const [first = 0, second = 0] = head;
  if (first === 0x1f && second === 0x8b) return 'gzip';
  return (first & 0x0f) === 8 && first >> 4 === 7 && (first * 256 + second) % 31 === 0
    ? 'zlib'
    : null;
}

function unpacked(
  range: Range,
  of: { form: 'base64' | 'hex'; packed: 'gzip' | 'zlib'; bytes: Buffer },
  budget: DecodeBudget,
): EncodedRun | null {
  const forms = [of.form, of.packed];
  // What was cut short is read as far as it goes.
  const options = {
    maxOutputLength: Math.max(1, budget.bytesLeft),
    finishFlush: constants.Z_SYNC_FLUSH,
  };
  try {
    const plain =
      of.packed === 'gzip' ? gunzipSync(of.bytes, options) : inflateSync(of.bytes, options);
    budget.bytesLeft -= plain.length;
    return plain.length === 0 ? null : { ...range, forms, text: plain.toString('utf8') };
  } catch (error) {
    const tooLong =
      error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return tooLong ? { ...range, forms, text: null } : null;
  }
}
