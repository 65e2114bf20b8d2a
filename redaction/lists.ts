import { decideField, wordsOf } from './field-names.ts';
import type { Place } from './walk-state.ts';

const joinedNames =
  /^(?:args|argv|arguments|command|cmd|cmdline|commandline|entrypoint|lines|body|content)$/;

/** An argument list or the lines of a text: a secret may be told by the item before, or run over several. */
export function isJoined(list: readonly unknown[], field: string): list is readonly string[] {
  if (list.length < 2 || !list.every((item) => typeof item === 'string')) return false;
  return (
    joinedNames.test(wordsOf(field).at(-1) ?? '') ||
    list.some((item) => item.startsWith('--') || item.startsWith('-----BEGIN'))
  );
}

const headerNames = /^(?:headers?|rawheaders|cookies|env|environment|params|parameters)$/;

/** `['Authorization', '…']`: one field as its name and its value. */
const isPair = (items: readonly unknown[]): boolean =>
  items.length === 2 && typeof items[0] === 'string' && /^[\w-]{2,64}$/.test(items[0]);

/** Names and values in turn: a value stands under the name before it, where that says something. */
export function decidePair(items: readonly unknown[], at: number, place: Place): Place {
  const name = at % 2 === 1 ? items[at - 1] : undefined;
  const verdict = typeof name === 'string' && items.length % 2 === 0 ? decideField(name) : null;
  return verdict === null || typeof name !== 'string' ? place : { ...place, field: name, verdict };
}

/** A list in which names and values take turns. */
export const isPaired = (items: readonly unknown[], field: string): boolean =>
  isPair(items) || headerNames.test(wordsOf(field).at(-1) ?? '');
