import { foldedUnit, viewOf, type View } from './views.ts';

/** Literals that say that a text may hold escapes. */
export const escapeLiterals = [
  '%',
  '\\u',
  '\\x',
  '&#',
  '&amp;',
  '&quot;',
  '&lt;',
  '&gt;',
  '&apos;',
] as const;

const someEscape =
  /%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}|\\x[0-9A-Fa-f]{2}|&#x?[0-9A-Fa-f]{1,7};|&(?:amp|quot|lt|gt|apos);/;
const named: { readonly [name: string]: string } = {
  amp: '&',
  quot: '"',
  lt: '<',
  gt: '>',
  apos: "'",
};
const escapeChars = 12;

/** `%41`, `\u0041`, `\x41`, `&#65;` and `&amp;` read as what they stand for; null where the view holds none. */
export function unescapedView(view: View): View | null {
  if (!someEscape.test(view.text)) return null;
  const chars: string[] = [];
  const starts = new Int32Array(view.text.length + 1);
  for (let at = 0; at < view.text.length;) {
    const [char, size] = unescapeAt(view.text, at);
    starts[chars.length] = view.starts === null ? at : (view.starts[at] ?? view.originalLength);
    if (char !== '') chars.push(char);
    at += size;
  }
  starts[chars.length] = view.originalLength;
  return viewOf(chars.join(''), starts.subarray(0, chars.length + 1), view.originalLength);
}

function unescapeAt(text: string, at: number): readonly [string, number] {
  const char = text.charAt(at);
  if (char !== '%' && char !== '\\' && char !== '&') return [char, 1];
  const head = text.slice(at, at + escapeChars);
  const match =
    /^(?:%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\u\{([0-9A-Fa-f]{1,6})\}|\\x([0-9A-Fa-f]{2})|&#x([0-9A-Fa-f]{1,6});|&#(\d{1,7});|&(amp|quot|lt|gt|apos);)/.exec(
      head,
    );
  if (match === null) return [char, 1];
  const [whole, percent, unit, braced, byte, hex, decimal, name] = match;
  if (name !== undefined) return [named[name] ?? char, whole.length];
  const digits = percent ?? unit ?? braced ?? byte ?? hex;
  const code = digits === undefined ? Number(decimal) : parseInt(digits, 16);
  return [foldedUnit(code), whole.length];
}
