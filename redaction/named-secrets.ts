import { decideField, type FieldVerdict } from './field-names.ts';
import { lastPair, lastWord } from './field-words.ts';
import { isWhole } from './leaf.ts';

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
const secretNames = (of: { readonly [name: string]: FieldVerdict }): readonly string[] =>
  Object.entries(of).flatMap(([name, verdict]) =>
    verdict.class === 'secret' && isAscii(name) ? [name] : [],
  );

/** Shorter ones end many a word (`compat`); they count only where a word of the name begins with them. */
const endingChars = 4;
const betweenWords = ['', '_', '-', '.', ' '];

/**
 * What stands in JSON without blanks where a field may by its name hold a secret, as far as it is worth a search: `…password":`. Left out are names
 * of vendors' keys (`…_key`), which the engine's own fields end with too.
 */
export const nameLiterals: readonly string[] = [
  ...secretNames(lastWord).flatMap((word) =>
    word.length >= endingChars
      ? [`${word}":`]
      : ['"', '_', '-', '.'].map((before) => `${before}${word}":`),
  ),
  ...secretNames(lastPair).flatMap((words) =>
    betweenWords.map((between) => `${words.replace(' ', between)}":`),
  ),
  '"password',
  '"passwd',
];

/** What the fields of payloads are called repeats: answers are kept, up to a bound. */
const namesMax = 4_096;

/**
 * Tells of a place where one of the literals ended whether a field that by its name holds a secret has a value that is one. `text`: bytes of JSON
 * without blanks between its tokens as Latin-1, with blanks in place of escapes, so that `":` stands behind names alone. JSON inside of texts is
 * not looked into.
 */
export function createNameCheck(kept: ReadonlySet<string>): (text: string, end: number) => boolean {
  const verdicts = new Map<string, FieldVerdict | null>();
  const decide = (name: string): FieldVerdict | null => {
    const found = decideField(Buffer.from(name, 'latin1').toString('utf8'));
    const verdict = found?.class === 'secret' && !kept.has(found.kind) ? found : null;
    if (verdicts.size >= namesMax) verdicts.clear();
    verdicts.set(name, verdict);
    return verdict;
  };
  return (text, end) => {
    const nameEnd = text.endsWith('":', end) ? end - 2 : text.indexOf('"', end);
    if (!text.startsWith('":', nameEnd)) return false;
    const name = text.slice(text.lastIndexOf('"', nameEnd - 1) + 1, nameEnd);
    const known = verdicts.get(name);
    const verdict = known === undefined ? decide(name) : known;
    return verdict !== null && holdsSecret(verdict, name, { text, at: nameEnd + 2 });
  };
}

interface ValuePlace {
  readonly text: string;
  readonly at: number;
}

/** A text that is one; a number, a list or an object where the name says that whatever stands there is one. */
function holdsSecret(verdict: FieldVerdict, field: string, { text, at }: ValuePlace): boolean {
  const first = text[at] ?? '';
  if (first === '"') {
    const value = text.slice(at + 1, text.indexOf('"', at + 1));
    return value !== '' && isWhole(verdict, { text: value, field });
  }
  return verdict.value === 'any' && /[-\d[{]/.test(first);
}
