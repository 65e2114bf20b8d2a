import { looksRandom } from './assigned-values.ts';
import { vendorNames } from './rules/vendor-names.ts';
import { isPlaceholder } from './validators.ts';

const valueChars = 13;
const nameChars = 24;
const betweenChars = 5;

/** Bit 0: of a value. Bit 1: of a name. Bit 2: between a name and its value. */
const traits = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return (
    (/[A-Za-z0-9+./=_-]/.test(char) ? 1 : 0) |
    (/[A-Za-z0-9]/.test(char) ? 2 : 0) |
    (/[\s"'`:=>(-]/.test(char) ? 4 : 0)
  );
});

/** Whether the character at `at` has a trait; none has where the text does not reach. */
function has(trait: number, text: string, at: number): boolean {
  if (at < 0 || at >= text.length) return false;
  const code = text.charCodeAt(at);
  return code < 128 && ((traits[code] ?? 0) & trait) !== 0;
}

/**
 * Random values right after the name of a service that issues keys (`keenio: '…'`), around the long runs of the text. Each character
 * is read once, each step behind it bounded.
 */
export function findVendorValues(
  text: string,
  longRuns: readonly number[],
): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  let done = 0;
  for (let each = 0; each < longRuns.length; each += 2) {
    let from = longRuns[each] ?? 0;
    if (from < done) continue;
    while (from > done && has(1, text, from - 1)) from -= 1;
    let end = longRuns[each + 1] ?? 0;
    while (has(1, text, end)) end += 1;
    done = end;
    const start = text.charAt(from) === '=' ? from + 1 : from;
    if (end - start < valueChars || !isNamed(text, start)) continue;
    const value = text.slice(start, end);
    if (/\d/.test(value) && looksRandom(value) && !isPlaceholder(value)) found.push([start, end]);
  }
  return found;
}

function isNamed(text: string, start: number): boolean {
  let end = start;
  while (start - end < betweenChars && has(4, text, end - 1)) end -= 1;
  if (end === start) return false;
  let from = end;
  while (end - from <= nameChars && has(2, text, from - 1)) from -= 1;
  return from < end && vendorNames.has(text.slice(from, end).toLowerCase());
}
