import { createHash } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';

export const walletChecks = {
  base58check: (text: string): boolean => isBase58Check(text),
  bech32: (text: string): boolean => isBech32(text),
  ethereum: (text: string): boolean => isEthereum(text),
  monero: (text: string): boolean => isMonero(text),
} as const;

const alphabet58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(text: string): bigint | null {
  let value = 0n;
  for (const char of text) {
    const digit = alphabet58.indexOf(char);
    if (digit < 0) return null;
    value = value * 58n + BigInt(digit);
  }
  return value;
}

/** `size` bytes of a number, high ones first; null where it does not fit. */
function bytesOf(value: bigint | null, size: number): Buffer | null {
  if (value === null || value < 0n || value >= 1n << BigInt(size * 8)) return null;
  return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex');
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** 25 bytes, of which the last four begin the double SHA-256 of the rest; versions of Bitcoin, Litecoin, Dogecoin, Dash and Tron. */
function isBase58Check(text: string): boolean {
  const bytes = bytesOf(base58(text), 25);
  return (
    bytes !== null &&
    [0x00, 0x05, 0x30, 0x32, 0x1e, 0x16, 0x4c, 0x10, 0x41].includes(bytes[0] ?? -1) &&
    sha256(sha256(bytes.subarray(0, 21)))
      .subarray(0, 4)
      .equals(bytes.subarray(21))
  );
}

const bechAlphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const bechGenerators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const bechConstants = [1, 0x2bc830a3];

/** BIP 173 and 350: a BCH code over the human-readable part and the data. */
function isBech32(text: string): boolean {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return false;
  const plain = text.toLowerCase();
  const split = plain.lastIndexOf('1');
  const prefix = plain
    .slice(0, split)
    .split('')
    .map((char) => char.charCodeAt(0));
  const data = plain
    .slice(split + 1)
    .split('')
    .map((char) => bechAlphabet.indexOf(char));
  if (split < 1 || data.length < 7 || data.includes(-1)) return false;
  let held = 1;
  for (const value of [
    ...prefix.map((code) => code >> 5),
    0,
    ...prefix.map((code) => code & 31),
    ...data,
  ]) {
    const top = held >>> 25;
    held = ((held & 0x1ffffff) << 5) ^ value;
    bechGenerators.forEach((generator, at) => {
      if (((top >>> at) & 1) === 1) held ^= generator;
    });
  }
  return bechConstants.includes(held);
}

/** EIP-55: the case of each letter is a bit of Keccak-256 over the address in lower case. All in one case says nothing. */
function isEthereum(text: string): boolean {
  const digits = text.slice(2);
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase()) return false;
  const hash = Buffer.from(keccak_256(Buffer.from(digits.toLowerCase(), 'latin1'))).toString('hex');
  return digits
    .split('')
    .every((char, at) =>
      /\d/.test(char) ? true : (char === char.toUpperCase()) === parseInt(hash.charAt(at), 16) >= 8,
    );
}

/** Base 58 in blocks of 11 characters for 8 bytes; the last four bytes begin Keccak-256 of the rest. */
function isMonero(text: string): boolean {
  const blocks = text.match(/.{11}|.{7}$/g) ?? [];
  const parts = blocks.map((block) => bytesOf(base58(block), block.length === 11 ? 8 : 5));
  if (parts.some((part) => part === null)) return false;
  const bytes = Buffer.concat(parts.filter((part) => part !== null));
  const body = bytes.subarray(0, -4);
  return (
    bytes.length === 69 && Buffer.from(keccak_256(body)).subarray(0, 4).equals(bytes.subarray(-4))
  );
}
