import canonicalize from 'canonicalize';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { assert } from './assert.ts';
import type { Json } from './json.ts';

/** RFC 8785 canonical JSON. Refuses what JSON cannot hold (undefined, NaN, lone surrogates). */
export function canonicalJson(value: Json): string {
  const text = canonicalize(value);
  assert(text !== undefined, 'value has no canonical JSON form');
  return text;
}

/** SHA-256 in hex over `purpose`, a NUL byte and the canonical JSON of `value`: equal data for two purposes differ. */
export function digestOf(purpose: string, value: Json): string {
  return bytesToHex(sha256(utf8ToBytes(`${purpose}\0${canonicalJson(value)}`)));
}

const base32Alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lower case, without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32Alphabet[(held >> bits) & 31] ?? '';
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + (base32Alphabet[(held << (5 - bits)) & 31] ?? '') : text;
}

/** A deterministic id such as `inc_…`: 120 bits of the digest in base32, 24 characters after the prefix. */
export function idOf(prefix: string, purpose: string, value: Json): string {
  const digest = sha256(utf8ToBytes(`${purpose}\0${canonicalJson(value)}`));
  return `${prefix}_${base32(digest.subarray(0, 15))}`;
}
