/** Bytes as dumps write them: pairs of hexadecimal digits with the same sign between all of them (`70 61 73`, `70:61:73`). */
export interface SpacedHex {
  readonly start: number;
  readonly end: number;
  /** Without what stands between. */
  readonly digits: string;
}

/** Fewer pairs are addresses of network cards and the like. */
const pairsMin = 12;
/** A run of that many pairs covers one of the places that are looked at, with two pairs behind it. */
const stride = 18;

/** Looks at one place in eighteen; where pairs stand there, at all that belong to them. Linear. */
export function spacedHexIn(text: string): readonly SpacedHex[] {
  let found: SpacedHex[] | undefined;
  let done = 0;
  for (let at = 0; at < text.length; at = Math.max(at + stride, done)) {
    const mark = markAt(text, at);
    if (mark === -1) continue;
    const run = runAround(text, mark, done);
    done = run.end;
    if ((run.end - run.start + 1) / 3 >= pairsMin)
      (found ??= []).push({
        ...run,
        digits: text.slice(run.start, run.end).replaceAll(text.charAt(mark), ''),
      });
  }
  return found ?? none;
}

const none: readonly SpacedHex[] = [];

function isHex(text: string, at: number): boolean {
  const code = at < 0 ? 0 : text.charCodeAt(at) | 32;
  return (code >= 48 && code <= 57 && text.charCodeAt(at) >= 48) || (code >= 97 && code <= 102);
}

/** Where, within three characters, a sign stands with a pair behind it and the same sign behind that; -1 where none does. */
function markAt(text: string, from: number): number {
  for (let at = from; at < from + 3; at += 1) {
    const sign = text.charAt(at);
    if (sign !== ' ' && sign !== ':' && sign !== '-' && sign !== ',') continue;
    return isHex(text, at + 1) && isHex(text, at + 2) && text.charAt(at + 3) === sign ? at : -1;
  }
  return -1;
}

function runAround(text: string, mark: number, from: number): { start: number; end: number } {
  const sign = text.charAt(mark);
  let start = mark + 1;
  while (
    start - 3 >= from &&
    isHex(text, start - 2) &&
    isHex(text, start - 3) &&
    text.charAt(start - 1) === sign
  )
    start -= 3;
  let end = mark;
  while (text.charAt(end) === sign && isHex(text, end + 1) && isHex(text, end + 2)) end += 3;
  return { start, end };
}
