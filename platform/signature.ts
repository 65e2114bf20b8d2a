import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { SallyportError } from '../domain/errors.ts';
import type { SignedVote, VotePayload } from '../domain/vote.ts';
import { voteMessage } from '../domain/vote.ts';
import { createPrivateFile, readPrivateFile } from './private-file.ts';

/** Ed25519 (RFC 8032). Public keys travel as base64 of their 32 raw bytes, signatures as base64 of 64. */
export interface SigningKey {
  readonly keyId: string;
  readonly publicKey: string;
  sign(message: string): string;
}

const publicKeyBytes = 32;
const signatureBytes = 64;
const keyFileBytesMax = 4096;

/** The first 16 hex digits of SHA-256 over the raw public key. */
export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(rawPublicKey(publicKey)).digest('hex').slice(0, 16);
}

export function createSigningKey(): { readonly key: SigningKey; readonly pem: string } {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    key: signingKey(privateKey),
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

export function signingKeyFromPem(pem: string): SigningKey {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType === 'ed25519') return signingKey(privateKey);
  } catch (error) {
    throw new SallyportError('REQUEST_INVALID', 'the key file holds no readable private key', {
      cause: error,
    });
  }
  throw new SallyportError('REQUEST_INVALID', 'the key file holds a key that is not Ed25519');
}

/** Writes a new key file with mode 0600. An existing file is never overwritten (`CONFLICT`). */
export async function writeKeyFile(path: string, pem: string): Promise<void> {
  const made = await createPrivateFile(path, pem).catch((error: unknown) => {
    throw new SallyportError('CONFLICT', 'the key file cannot be made', { cause: error });
  });
  if (!made) throw new SallyportError('CONFLICT', 'the key file exists already');
}

/** A file that others may read, or that holds something else, is refused. */
export async function readKeyFile(path: string): Promise<SigningKey> {
  return signingKeyFromPem(await readPrivateFile(path, keyFileBytesMax));
}

/** Never throws: whatever is malformed does not verify. */
export function verifyText(message: string, signature: string, publicKey: string): boolean {
  const bytes = strictBase64(signature, signatureBytes);
  const raw = strictBase64(publicKey, publicKeyBytes);
  if (bytes === null || raw === null || isSmallOrder(raw)) return false;
  try {
    return verify(null, Buffer.from(message, 'utf8'), toKeyObject(raw), bytes);
  } catch {
    return false;
  }
}

export function signVote(payload: VotePayload, key: SigningKey): SignedVote {
  return { payload, signature: key.sign(voteMessage(payload)) };
}

/** The `VerifySignature` of gates and warrants: never throws. */
export function verifyVote(vote: SignedVote, publicKey: string): boolean {
  try {
    return verifyText(voteMessage(vote.payload), vote.signature, publicKey);
  } catch {
    return false; // A payload without a canonical form was never signed by us.
  }
}

/** SHA-256 over nonce, NUL and the reason as typed: the stored reason can be redacted without breaking the signature. */
export function reasonDigest(nonce: string, reason: string): string {
  return createHash('sha256').update(`${nonce}\0${reason}`, 'utf8').digest('hex');
}

/** True for what may be registered: 32 bytes in plain base64 and no point of small order. */
export function isPublicKey(text: string): boolean {
  const raw = strictBase64(text, publicKeyBytes);
  return raw !== null && !isSmallOrder(raw);
}

function signingKey(privateKey: KeyObject): SigningKey {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url').toString('base64');
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    sign: (message) => sign(null, Buffer.from(message, 'utf8'), privateKey).toString('base64'),
  };
}

function rawPublicKey(publicKey: string): Buffer {
  const raw = strictBase64(publicKey, publicKeyBytes);
  if (raw === null)
    throw new SallyportError('REQUEST_INVALID', 'a public key is 32 bytes in base64');
  return raw;
}

function toKeyObject(raw: Buffer): KeyObject {
  return createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
}

/** Refuses other alphabets, missing padding and stray bits, so that equal bytes have one spelling. */
function strictBase64(text: string, bytes: number): Buffer | null {
  const decoded = Buffer.from(text, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === text ? decoded : null;
}

/**
 * SECURITY: for these y coordinates (sign bit cleared) a signature can be made that fits many messages without any
 * private key. The list is that of libsodium's `ge25519_has_small_order`.
 */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

function isSmallOrder(raw: Buffer): boolean {
  const y = Buffer.from(raw);
  y[31] = (y[31] ?? 0) & 0x7f;
  return smallOrder.has(y.toString('hex'));
}
