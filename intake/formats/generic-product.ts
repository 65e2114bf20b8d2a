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
  const found: { readonly product: string; readonly count: number }[] = [];
  for (const { word, product } of productWords) {
    const count = countOf(text, word);
    if (count > 0) found.push({ product, count });
  }
  return found.toSorted((one, other) => other.count - one.count).map(({ product }) => product);
}

/** Short words count only where they stand alone: `eset` is not in `reset`. */
function countOf(text: string, word: string): number {
  let count = 0;
  for (
    let at = text.indexOf(word);
    at >= 0 && count < countedMax;
    at = text.indexOf(word, at + word.length)
  ) {
    const alone =
      !isLetter(text.charCodeAt(at - 1)) && !isLetter(text.charCodeAt(at + word.length));
    if (alone || word.length > shortWordChars) count += 1;
  }
  return count;
}

const countedMax = 4;
const shortWordChars = 6;
const isLetter = (code: number): boolean => code >= 97 && code <= 122;
