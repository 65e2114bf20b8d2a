import RE2 from 're2';
import type { Json } from '../domain/json.ts';
import { everyMatch } from './every-match.ts';
import { asText, fold } from './fields.ts';
import { firstOf, textsOf, valuesAt, type Source, type Sources, type View } from './view.ts';

/** Words that stand in no alert. */
export const literal =
  (text: string): Source =>
  () => [text];

/** The first text of each source, those that there are, with `separator` between; a text that is there is not repeated. */
export const joined =
  (separator: string, ...parts: readonly Sources[]): Source =>
  (view) => {
    const texts: string[] = [];
    for (const part of parts) {
      const text = firstOf(view, part);
      if (text !== '' && !texts.some((earlier) => earlier.includes(text))) texts.push(text);
    }
    return [texts.join(separator)];
  };

/** The same, only if every part is there. */
export const whole =
  (separator: string, ...parts: readonly Sources[]): Source =>
  (view) => {
    const texts = parts.map((part) => firstOf(view, part));
    return texts.includes('') ? [] : [texts.join(separator)];
  };

/** What the first group of a pattern matches in each text, all times that it does. */
export const matched = (pattern: RE2, sources: Sources): Source => {
  const every = new RE2(pattern.source, pattern.ignoreCase ? 'gi' : 'g');
  return (view) =>
    textsOf(view, sources).flatMap((text) =>
      everyMatch(every, text.slice(0, proseCharsMax)).map((match) => String(match[1] ?? match[0])),
    );
};

const proseCharsMax = 16_384;

/** Each text after a change. */
export const changed =
  (sources: Sources, change: (text: string) => string): Source =>
  (view) =>
    textsOf(view, sources).map(change);

/** What follows the last of `separator`: the name in an ARN or in a resource path. */
export const afterLast = (separator: string, sources: Sources): Source =>
  changed(sources, (text) => text.slice(text.lastIndexOf(separator) + separator.length));

/** A source that counts only where another says one of `words`. */
export const where =
  (test: Sources, words: readonly string[], sources: Sources): Source =>
  (view) =>
    textsOf(view, test).some((text) => words.includes(fold(text))) ? textsOf(view, sources) : [];

/** Of a list of `{name, value}` pairs at `path`, the values of those whose name is one of `names` (folded). */
export const paired =
  (
    path: string,
    names: readonly string[],
    keys: PairKeys = { name: 'name', value: 'value' },
  ): Source =>
  (view) =>
    pairsAt(view, path, keys).flatMap(([name, value]) =>
      names.includes('*') || names.includes(fold(name)) ? [value] : [],
    );

interface PairKeys {
  readonly name: string;
  readonly value: string;
}

function pairsAt(view: View, path: string, keys: PairKeys): readonly (readonly [string, string])[] {
  return valuesAt(view, path).flatMap((item: Json) => {
    const name = at(item, keys.name);
    const value = at(item, keys.value);
    return name === '' || value === '' ? [] : [[name, value] as const];
  });
}

const at = (item: Json, key: string): string =>
  typeof item === 'object' && item !== null && !Array.isArray(item)
    ? asText((item as { readonly [key: string]: Json })[key])
    : '';

/** Of texts such as `service:api,host:web-1` (one text or a list), the values of the named keys. */
export const tagged =
  (sources: Sources, names: readonly string[]): Source =>
  (view) =>
    textsOf(view, sources)
      .flatMap((text) => text.split(','))
      .flatMap((tag) => {
        const colon = tag.indexOf(':');
        const name = fold(tag.slice(0, Math.max(0, colon)).trim());
        return colon > 0 && names.includes(name) ? [tag.slice(colon + 1).trim()] : [];
      });

const arn = new RE2(/\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[^\s"',;)\]}]+/);

/** Amazon resource names that stand in prose, without the full stop that ends the sentence. */
export const arnsIn = (sources: Sources): Source =>
  changed(matched(arn, sources), (text) => (text.endsWith('.') ? text.slice(0, -1) : text));
