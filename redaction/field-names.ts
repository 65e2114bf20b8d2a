import {
  glued,
  lastPair,
  lastWord,
  neutralAfter,
  otherBefore,
  password,
  vendorKey,
} from './field-words.ts';
import { decidePersonal } from './personal-names.ts';

/**
 * Field names decide before patterns. A name is split into words (`userPassword`, `X-Api-Key`, `db_pwd`); it names a credential if its
 * last meaningful word does. So `password_last_changed`, `tokenized`, `author` and `token_count` never match.
 */
export interface FieldVerdict {
  readonly kind: string;
  readonly class: 'secret' | 'personal';
  /** `any`: whatever stands there is one. `random`: in free text the value must look like a secret.
   * `key-like`: some vendor's key, believed only where the value is long and random. */
  readonly value: 'any' | 'random' | 'key-like';
}

const namesMax = 4096;
const nameChars = 128;
const known = new Map<string, FieldVerdict | null>();
const split = new Map<string, readonly string[]>();

/** What a field of this name holds, or null if the name says nothing. Linear; names repeat, so answers are kept, up to a bound. */
export function decideField(name: string): FieldVerdict | null {
  if (name.length < 2 || name.length > nameChars) return null;
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  const verdict = isNoName(name) ? null : decideName(wordsOf(name));
  if (known.size >= namesMax) known.clear();
  known.set(name, verdict);
  return verdict;
}

/** Paths, and names in which something was replaced. */
const isNoName = (name: string): boolean => /^[/~\\]|^[A-Za-z]:\\|\[redacted:|<[a-z-]+:/.test(name);

const decideName = (words: readonly string[]): FieldVerdict | null =>
  decideWords(words) ?? decidePersonal(words);

/** `DBPassword2` → db, password; `X-Api-Key` → x, api, key. */
export function wordsOf(name: string): readonly string[] {
  const cached = split.get(name);
  if (cached !== undefined) return cached;
  const words = splitName(name);
  if (name.length > nameChars) return words;
  if (split.size >= namesMax) split.clear();
  split.set(name, words);
  return words;
}

function splitName(name: string): readonly string[] {
  const spaced = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([a-z])(\d+)$/i, '$1 $2');
  return spaced
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function decideWords(all: readonly string[]): FieldVerdict | null {
  let end = all.length;
  while (end > 1 && isNeutral(all[end - 1] ?? '')) end -= 1;
  const last = all[end - 1] ?? '';
  const before = all[end - 2] ?? '';
  if (last === 'hash' && isPassword(all[end - 2])) return password;
  const pair = lastPair[`${before} ${last}`];
  if (pair !== undefined) return otherBefore.has(all[end - 3] ?? '') ? null : pair;
  if (otherBefore.has(before)) return null;
  if (Object.hasOwn(lastWord, last)) return lastWord[last] ?? null;
  if (last === 'key' && end > 1) return vendorKey;
  for (const [ending, verdict] of glued)
    if (last.length > ending.length && last.endsWith(ending)) return verdict;
  return null;
}

const isNeutral = (word: string): boolean => neutralAfter.has(word) || /^v?\d{1,4}$/.test(word);
const isPassword = (word: string | undefined): boolean =>
  word !== undefined && lastWord[word]?.kind === 'password';

/** Literals whose presence makes it worth looking for `name = value` in free text. */
export const credentialLiterals: readonly string[] = [
  'pass',
  'pwd',
  'psw',
  'secret',
  'token',
  'key',
  'cred',
  'auth',
  'sig',
  'ticket',
  'samlresponse',
  'assertion',
  'hmac',
  'senha',
  'contrase',
  'wachtwoord',
  'passe',
  'cookie',
  'bearer',
  'jwt',
  'otp',
  'psk',
  'connection',
  'mdp',
  'code',
  'pat',
  'pw',
  'access',
  'webhook',
  'cvv',
  'cvc',
];
