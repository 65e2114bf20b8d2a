import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { asText, fold } from './fields.ts';

/** What an object that states its own type names, under the key that such a thing usually has. */
export interface TypedName {
  readonly key: 'user' | 'hostname' | 'sitename' | 'domain';
  readonly name: string;
}

const keyOfType: ReadonlyMap<string, TypedName['key']> = new Map([
  ...keyed('user', 'user person employee principal username emailaddress upn'),
  ...keyed(
    'hostname',
    'host computer device machine endpoint server workstation laptop desktop vm',
  ),
  ...keyed('sitename', 'network site'),
  ...keyed('domain', 'domain domainname internetdomainname'),
]);

/** What ends in these may be an account with a cloud, or anybody's identity of anything. */
const wholeTypes: ReadonlySet<string> = new Set(['account', 'useraccount', 'identity']);

function keyed(
  key: TypedName['key'],
  words: string,
): readonly (readonly [string, TypedName['key']])[] {
  return words.split(' ').map((word) => [word, key]);
}

const nameCharsMax = 256;
const typeCharsMax = 48;
const ownNames = ['value', 'name', 'label', 'displayname', 'displaylabel', 'hostname'];

/**
 * `{"type": "user", "name": "dana"}`, `{"type": {"label": "Roaming Computers"}, "label": "LT-2044"}` and
 * `{"entityType": "host", "entityValue": {"name": "lt-2044"}}`: what the list is called says less than the type. Keys
 * are folded.
 */
export function typedNameOf(value: JsonObject): TypedName | null {
  for (const key of Object.keys(value)) {
    if (key !== 'kind' && !key.endsWith('type')) continue;
    const type = typeAt(value[key]);
    const known = wholeTypes.has(singular(fold(type))) ? 'user' : keyOfType.get(lastWord(type));
    if (known === undefined) continue;
    const stem = key === 'kind' ? '' : key.slice(0, -'type'.length);
    const places = stem === '' ? ownNames : [`${stem}value`, `${stem}name`, ...ownNames];
    const name = nameAt(value, places);
    if (name !== '') return { key: known, name };
  }
  return null;
}

function typeAt(value: Json | undefined): string {
  const text = isObject(value) ? asText(value['label'] ?? value['name'] ?? null) : asText(value);
  return text.length <= typeCharsMax ? text : '';
}

/** `Roaming Computers`, `virtualMachine` and `AD_USER` end in what they are. */
function lastWord(type: string): string {
  const whole = singular(fold(type));
  if (keyOfType.has(whole)) return whole;
  const words = type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').split(/[^A-Za-z]+/);
  return singular(words.findLast((word) => word !== '')?.toLowerCase() ?? '');
}

const singular = (word: string): string =>
  keyOfType.has(word) || !word.endsWith('s') ? word : word.slice(0, -1);

function nameAt(value: JsonObject, places: readonly string[]): string {
  for (const place of places) {
    const found = value[place];
    const name = isObject(found) ? asText(found['name'] ?? null) : asText(found);
    if (name !== '' && name.length <= nameCharsMax) return name;
  }
  return '';
}
