import { looksRandom } from './assigned-values.ts';
import { vendorNames } from './rules/vendor-names.ts';
import { isPlaceholder } from './validators.ts';

const valueChars = 13;
const nameChars = 24;
const betweenChars = 5;

const isValueChar = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 43 ||
  (code >= 45 && code <= 47) ||
  code === 61 ||
  code === 95;

/** Random values right after the name of a service that issues keys (`keenio: '…'`). One pass, each step bounded. */
export function findVendorValues(text: string): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (!isValueChar(text.charCodeAt(at))) continue;
    let end = at + 1;
    while (end < text.length && isValueChar(text.charCodeAt(end))) end += 1;
    const start = text.charAt(at) === '=' ? at + 1 : at;
    if (end - start >= valueChars && isNamed(text, start)) {
      const value = text.slice(start, end);
      if (/\d/.test(value) && looksRandom(value) && !isPlaceholder(value)) found.push([start, end]);
    }
    at = end;
  }
  return found;
}

function isNamed(text: string, start: number): boolean {
  let end = start;
  while (end > 0 && start - end < betweenChars && /[\s"'`:=>(-]/.test(text.charAt(end - 1)))
    end -= 1;
  if (end === start) return false;
  let from = end;
  while (from > 0 && end - from <= nameChars && /[A-Za-z0-9]/.test(text.charAt(from - 1)))
    from -= 1;
  return vendorNames.has(text.slice(from, end).toLowerCase());
}
