import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { base32 } from '../domain/digest.ts';
import { SallyportError } from '../domain/errors.ts';
import { isObject, type Json } from '../domain/json.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import { isRawNumber } from './json-text.ts';
import { tokenChars } from './kinds.ts';

export interface Token {
  readonly text: string;
  readonly kind: string;
  readonly keyId: string;
}

const tokenBytes = 16;
const tokenPattern = /<([a-z0-9][a-z0-9-]{0,31}):([a-z0-9]{1,16})\.([a-z2-7]{26})>/g;
const wholeToken = new RegExp(`^${tokenPattern.source}$`);
const depthMax = 128;

/** Makes tokens for one tenant. Keys per kind are derived from the ring, so that equal values of two kinds or tenants differ. */
export function createTokenMint(
  ring: KeyRing,
  tenant: string,
): (kind: string, value: string) => string {
  return mintWith(ring, ring.current, tenant);
}

/** The tokens that older keys of the ring would give, as long as they overlap with the current one. */
export function createOlderMint(
  ring: KeyRing,
  tenant: string,
  nowMs: () => number,
): (kind: string, value: string) => readonly string[] {
  const mints = Object.entries(ring.overlapUntilMs ?? {})
    .filter(([id]) => id !== ring.current)
    .map(([id, untilMs]) => ({ untilMs, mint: mintWith(ring, id, tenant) }));
  if (mints.length === 0) return () => [];
  return (kind, value) =>
    mints.filter(({ untilMs }) => nowMs() < untilMs).map(({ mint }) => mint(kind, value));
}

function mintWith(
  ring: KeyRing,
  id: string,
  tenant: string,
): (kind: string, value: string) => string {
  const derived = new Map<string, KeyObject>();
  const master = ring.keys[id];
  if (master === undefined)
    throw new SallyportError('CONFIG_INVALID', `the token key ring has no key ${id}`);
  return (kind, value) => {
    const key =
      derived.get(kind) ??
      createSecretKey(
        createHmac('sha256', master).update(`sallyport/token/v1\0${tenant}\0${kind}`).digest(),
      );
    derived.set(kind, key);
    const digest = createHmac('sha256', key).update(canonicalValue(kind, value)).digest();
    return `<${kind}:${id}.${base32(digest.subarray(0, tokenBytes)).slice(0, tokenChars)}>`;
  };
}

const isAscii = (value: string): boolean => !/[^ -~]/.test(value);

/** The same address or number gives the same token however it is written. */
export function canonicalValue(kind: string, value: string): string {
  const folded = isAscii(value) ? value : value.normalize('NFKC').replace(/\p{Cf}/gu, '');
  switch (kind) {
    case 'email':
      return folded.toLowerCase();
    case 'phone':
      return folded.replace(/\D/g, '') || folded;
    case 'user-name':
    case 'personal-host':
    case 'ip-address':
    case 'mac-address':
      return folded.trim().toLowerCase();
    case 'wallet':
    case 'person-name':
    case 'full-name':
    case 'street-address':
    case 'birth-date':
    case 'field':
      return folded.trim();
    default:
      return folded.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase() || folded.trim();
  }
}

/** The token that `text` as a whole is, or null. */
export function parseToken(text: string): Token | null {
  const match = wholeToken.exec(text);
  return match === null ? null : { text, kind: match[1] ?? '', keyId: match[2] ?? '' };
}

/** All distinct tokens in a value, object keys included, in the order of their first appearance. */
export function tokensIn(value: Json): readonly Token[] {
  const found = new Map<string, Token>();
  visitText(value, 0, (text) => {
    if (!text.includes('<')) return;
    for (const match of text.matchAll(tokenPattern))
      found.set(match[0], { text: match[0], kind: match[1] ?? '', keyId: match[2] ?? '' });
  });
  return [...found.values()];
}

function visitText(value: Json, depth: number, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  if (depth > depthMax || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) visitText(item, depth + 1, visit);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      visit(key);
      visitText(item, depth + 1, visit);
    }
  }
}

/** A copy of `value` with each token that `originals` knows replaced; the others stay. Object keys are left alone. */
export function replaceTokens(value: Json, originals: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return renamed(value, originals);
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) => replaceTokens(item, originals));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaceTokens(item, originals)]),
  );
}

/** Per key id: what each token is called under that key. */
export type TokenNames = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface NameBook {
  readonly names: TokenNames;
  add(token: string, other: string): void;
}

/** Other names of tokens, by their key. */
export function createNameBook(): NameBook {
  const names = new Map<string, Map<string, string>>();
  return {
    names,
    add: (token, other) => {
      const keyId = parseToken(other)?.keyId ?? '';
      const named = names.get(keyId) ?? new Map<string, string>();
      names.set(keyId, named.set(token, other));
    },
  };
}

/** A copy of `value` as it would be with other names for its tokens, in object keys too. */
export function renameTokens(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return renamed(value, names);
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) => renameTokens(item, names));
  if (!isObject(value) || isRawNumber(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [renamed(key, names), renameTokens(item, names)]),
  );
}

const renamed = (text: string, names: ReadonlyMap<string, string>): string =>
  text.includes('<') ? text.replace(tokenPattern, (token) => names.get(token) ?? token) : text;

export interface Revealed {
  readonly value: Json;
  /** What was turned back, for the audit entries. */
  readonly tokens: readonly Token[];
}

/** Turns back the tokens of the allowed kinds, and only those; `open` fetches one original and may throw. */
export async function revealTokens(
  value: Json,
  allowedKinds: readonly string[],
  open: (token: string) => Promise<string>,
): Promise<Revealed> {
  const tokens = tokensIn(value).filter((token) => allowedKinds.includes(token.kind));
  if (tokens.length === 0) return { value, tokens };
  const originals = new Map<string, string>();
  for (const token of tokens) originals.set(token.text, await open(token.text));
  return { value: replaceTokens(value, originals), tokens };
}
