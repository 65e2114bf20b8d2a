/**
 * A view is a text as the detectors read it: ASCII only, one character per byte, with the way back to the original.
 *
 * SECURITY: node-re2 1.27.1 drops one byte from the end of a *string* subject for each lone surrogate in it, so that a secret
 * at the end is missed. Views are Latin-1 Buffers, never strings, and every cut is made in the original text by offset.
 */
export interface View {
  /** ASCII. */
  readonly text: string;
  /** `starts[n]` is where character n of the view begins in the original; null where the view is the original. */
  readonly starts: Int32Array | null;
  readonly originalLength: number;
}

export function plainView(text: string): View {
  return { text, starts: null, originalLength: text.length };
}

/** What the engine gets: one byte for each character, so that offsets are the same in both. */
export const bytesOf = (view: View): Buffer => Buffer.from(view.text, 'latin1');

/** A range of the view as a range of the original text. What was dropped inside the range belongs to it. */
export function toOriginal(view: View, start: number, end: number): readonly [number, number] {
  if (view.starts === null) return [start, end];
  return [view.starts[start] ?? view.originalLength, view.starts[end] ?? view.originalLength];
}

const letterStandIn = 'z';
const otherStandIn = '\u0001';

/**
 * Full-width forms become ASCII, characters that print nothing are dropped, look-alike letters become what they look like;
 * any other letter reads as `z`, anything else as a control character.
 */
export function foldedView(text: string): View {
  const chars: string[] = [];
  const starts = new Int32Array(text.length + 1);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at) ?? 0;
    const folded = foldedUnit(code);
    starts[chars.length] = at;
    if (code > 0xffff) at += 1;
    if (folded !== '') chars.push(folded);
  }
  starts[chars.length] = text.length;
  return viewOf(chars.join(''), starts.subarray(0, chars.length + 1), text.length);
}

/** By code point: normalising each character of a long text anew would take a second per megabyte. Bounded by Unicode. */
const folds = new Map<number, string>();

/** How the detectors read one code point: one ASCII character, or nothing. */
export function foldedUnit(code: number): string {
  if (code < 128) return String.fromCharCode(code);
  const known = folds.get(code);
  if (known !== undefined) return known;
  const folded = code > 0x10ffff ? otherStandIn : foldOf(code, String.fromCodePoint(code));
  folds.set(code, folded);
  return folded;
}

function foldOf(code: number, char: string): string {
  if (isInvisible(code)) return '';
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x3000 || code === 0x202f)
    return ' ';
  if (code >= 0x2010 && code <= 0x2015) return '-';
  const twin = lookAlikes.get(char);
  if (twin !== undefined) return twin;
  const decomposed = char.normalize('NFKD');
  const first = decomposed.charCodeAt(0);
  if (first < 128 && first > 32) return decomposed.charAt(0);
  return /\p{L}/u.test(char) ? letterStandIn : otherStandIn;
}

const isInvisible = (code: number): boolean =>
  code === 0xad ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x206f) ||
  (code >= 0xfff9 && code <= 0xfffb) ||
  (code >= 0xe0000 && code <= 0xe01ef) ||
  code === 0x61c ||
  code === 0x3164 ||
  code === 0xfeff ||
  (code >= 0x300 && code <= 0x36f) ||
  (code >= 0xfe00 && code <= 0xfe0f) ||
  code === 0x180e ||
  code === 0x34f;

/** Cyrillic and Greek letters that read as Latin ones (Unicode TS 39 confusables, the common part). */
const lookAlikes = new Map(
  'аaеeоoрpсcуyхxіiјjѕsԁdһhԛqԝwкkмmтtвbнhАAВBЕEКKМMНHОOРPСCТTХXІIЈJЅSοoαaνvρpΑAΒBΕEΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXΖZıiłlŁLøoØOđdĐD'
    .match(/../gu)
    ?.map((pair): [string, string] => [pair.charAt(0), pair.charAt(1)]) ?? [],
);

/** A view whose characters stand at `starts` of the original. */
export function viewOf(text: string, starts: Int32Array, originalLength: number): View {
  return { text, starts, originalLength };
}
