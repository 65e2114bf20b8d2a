import type { Leaf } from '../leaves.ts';
import { genericNames as names } from './generic-names.ts';
import { ranked } from './generic-rank.ts';
import { productWords } from './product-names.ts';

const wordCharsMax = 48;

/** Who sent it: what a key says, and what its words betray. */
export function productOf(leaves: readonly Leaf[], envelopeProduct: string): string {
  const stated = ranked(leaves, names.product, { fits: isName }).filter(({ rank }) => rank > 20);
  const vendor = stated.find(({ leaf }) => leaf.key.includes('vendor'));
  const named = [vendor, stated.find((one) => one !== vendor)].map((one) => one?.text ?? '');
  const betrayed = betrayedBy(leaves);
  const parts = [...named, ...betrayed.slice(0, 2), envelopeProduct];
  const told: string[] = [];
  for (const part of parts) {
    const low = part.toLowerCase();
    if (part !== '' && !told.some((earlier) => earlier.toLowerCase().includes(low)))
      told.push(part);
  }
  return told.slice(0, 3).join(' ');
}

function isName(text: string): boolean {
  if (text.length > wordCharsMax || text.length < 2) return false;
  return !/^\d+$|^[\d.]+$|@|^\/|^https?:/.test(text);
}

const scanCharsMax = 80;
const textCharsMax = 4_000;

/** Products whose words stand in keys and short values, those with most of them first. */
function betrayedBy(leaves: readonly Leaf[]): readonly string[] {
  let text = '';
  const keys = new Set<string>();
  for (const leaf of leaves) {
    for (const part of leaf.parts) keys.add(part);
    if (typeof leaf.value === 'string' && text.length < textCharsMax)
      text += `${leaf.value.slice(0, scanCharsMax).toLowerCase()}\n`;
  }
  text += [...keys].join('\n');
  return [...countsIn(text)]
    .filter(([, { count }]) => count > 0)
    .toSorted(([one, { count }], [other, { count: more }]) => more - count || one - other)
    .map(([place]) => productWords[place]?.product ?? '');
}

interface Counted {
  readonly count: number;
  /** Where the word was seen last ends: one that overlaps it is not another. */
  readonly end: number;
}

/** How often each word stands in a text, by its place in `productWords`: one pass, whatever their number. */
function countsIn(text: string): ReadonlyMap<number, Counted> {
  const counts = new Map<number, Counted>();
  let head = 0;
  for (let last = 0; last < text.length; last += 1) {
    head = withNext(head, text.charCodeAt(last));
    if (heads[head] === 0) continue;
    const at = last - headChars + 1;
    for (const place of placesByHead.get(text.slice(at, at + headChars)) ?? [])
      if (text.startsWith(productWords[place]?.word ?? '', at))
        counts.set(place, counted(text, { at, place }, counts.get(place)));
  }
  return counts;
}

/** Short words count only where they stand alone: `eset` is not in `reset`. */
function counted(
  text: string,
  { at, place }: { readonly at: number; readonly place: number },
  known: Counted = { count: 0, end: 0 },
): Counted {
  const word = productWords[place]?.word ?? '';
  if (at < known.end || known.count >= countedMax) return known;
  const end = at + word.length;
  const alone = !isLetter(text.charCodeAt(at - 1)) && !isLetter(text.charCodeAt(end));
  return { count: known.count + (alone || word.length > shortWordChars ? 1 : 0), end };
}

const countedMax = 4;
const shortWordChars = 6;
const isLetter = (code: number): boolean => code >= 97 && code <= 122;

/** Words are looked up by their first letters, and at most places of a text a table of codes rules all of them out. */
const headChars = 3;
/** Five bits of each: enough to tell letters apart. What came before falls out at the top. */
const headCodes = 1 << (5 * headChars);
const withNext = (head: number, code: number): number =>
  ((head << 5) | (code & 31)) & (headCodes - 1);

const heads = new Uint8Array(headCodes);
const placesByHead = new Map<string, readonly number[]>();
for (const [place, { word }] of productWords.entries()) {
  const head = word.slice(0, headChars);
  heads[Buffer.from(head).reduce(withNext, 0)] = 1;
  placesByHead.set(head, [...(placesByHead.get(head) ?? []), place]);
}
