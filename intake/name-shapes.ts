/** What names of workloads and titles have in common once what is drawn anew each time is left out. */

// Kubernetes draws the random parts of names from letters and digits that spell no words.
const drawn: ReadonlySet<string> = new Set('bcdfghjklmnpqrstvwxz2456789');
const podPartChars = 5;

/** The workload of a pod: without what a replica set (`-6d4cf56db6-x7x9z`) or a daemon set (`-x7x9z`) draws. */
export function workloadOf(pod: string): string {
  const owner = withoutDrawn(pod, podPartChars, podPartChars);
  return owner === null ? pod : (withoutDrawn(owner, 8, 10) ?? owner);
}

function withoutDrawn(name: string, charsMin: number, charsMax: number): string | null {
  const dash = name.lastIndexOf('-');
  const chars = name.length - dash - 1;
  if (dash <= 0 || chars < charsMin || chars > charsMax) return null;
  for (let at = dash + 1; at < name.length; at += 1) if (!drawn.has(name[at] ?? '')) return null;
  return name.slice(0, dash);
}

const uuidHeadChars = 8;
const uuidTailChars = 27;

/**
 * A text with `#` for what differs from one alert to the next: UUIDs, words of eight and more hexadecimal digits, and
 * numbers. By hand, since it is done for each alert.
 */
export function shapeOf(text: string): string {
  let shape = '';
  let kept = 0;
  for (let at = 0; at < text.length;) {
    const end = variableEnd(text, at);
    if (end === at) {
      at += 1;
      continue;
    }
    shape += `${text.slice(kept, at)}#`;
    kept = end;
    at = end;
  }
  return kept === 0 ? text : shape + text.slice(kept);
}

/** Where what begins at a place ends, if it is variable; the place itself where it is not. */
function variableEnd(text: string, at: number): number {
  if (!isHex(text.charCodeAt(at))) return at;
  const hexEnd = endOf(text, at, isHex);
  // Of a longer run of digits the last eight may begin a UUID; the run's own turn comes there.
  if (hexEnd - at === uuidHeadChars && text[hexEnd] === '-') {
    const tail = hexEnd + 1;
    const end = Math.min(endOf(text, tail, isUuidPart), tail + uuidTailChars);
    if (end - tail === uuidTailChars) return end;
  }
  const begins = at === 0 || !isWord(text.charCodeAt(at - 1));
  if (begins && hexEnd - at >= uuidHeadChars && !isWord(text.charCodeAt(hexEnd))) return hexEnd;
  return endOf(text, at, isDigit);
}

function endOf(text: string, from: number, fits: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && fits(text.charCodeAt(at))) at += 1;
  return at;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isHex = (code: number): boolean => isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102);
const isUuidPart = (code: number): boolean => isHex(code) || code === 45;
const isWord = (code: number): boolean =>
  isDigit(code) || code === 95 || ((code | 32) >= 97 && (code | 32) <= 122);
