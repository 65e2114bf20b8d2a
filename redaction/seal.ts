import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';
import { SallyportError } from '../domain/errors.ts';
import type { KeyRing } from '../domain/key-ring.ts';

const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with the ring's current key; `bound` is authenticated with it, so that a box cannot be moved elsewhere. */
export function seal(
  ring: KeyRing,
  plain: Uint8Array,
  bound: string,
): { keyId: string; sealed: Uint8Array } {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', keyOf(ring, ring.current), nonce);
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  const body = cipher.update(plain);
  const rest = cipher.final();
  return { keyId: ring.current, sealed: Buffer.concat([nonce, body, rest, cipher.getAuthTag()]) };
}

const nonces = Buffer.alloc(nonceBytes * 512);
let nonceAt = nonces.length;

/** Random bytes are drawn for many boxes at once: asking for twelve costs as much as sealing. Each is given out once. */
function freshNonce(): Buffer {
  if (nonceAt >= nonces.length) {
    randomFillSync(nonces);
    nonceAt = 0;
  }
  nonceAt += nonceBytes;
  return Buffer.from(nonces.subarray(nonceAt - nonceBytes, nonceAt));
}

/** Throws CREDENTIAL_REFUSED where the key is gone, or the box was changed or moved. */
export function unseal(
  ring: KeyRing,
  box: { keyId: string; sealed: Uint8Array },
  bound: string,
): Buffer {
  const { keyId, sealed } = box;
  if (sealed.length < nonceBytes + tagBytes)
    throw new SallyportError('CREDENTIAL_REFUSED', 'sealed data is cut short');
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      keyOf(ring, keyId),
      sealed.subarray(0, nonceBytes),
      { authTagLength: tagBytes },
    );
    decipher.setAAD(Buffer.from(bound, 'utf8'));
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return Buffer.concat([
      decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)),
      decipher.final(),
    ]);
  } catch (error) {
    if (error instanceof SallyportError) throw error;
    throw new SallyportError(
      'CREDENTIAL_REFUSED',
      'sealed data cannot be opened: it was changed, moved, or sealed with another key',
    );
  }
}

/** Node prepares a key once; doing so for each box costs more than sealing it. */
const prepared = new WeakMap<Uint8Array, KeyObject>();

function keyOf(ring: KeyRing, id: string): KeyObject {
  const key = Object.hasOwn(ring.keys, id) ? ring.keys[id] : undefined;
  if (key === undefined)
    throw new SallyportError('CREDENTIAL_REFUSED', `no key ${id.slice(0, 16)} on the ring`);
  const ready = prepared.get(key) ?? createSecretKey(key);
  prepared.set(key, ready);
  return ready;
}

/** What a sealed original is bound to: a row moved to another token or tenant does not open. */
export const vaultBinding = (tenant: string, token: string): string =>
  `sallyport/vault/v1|${tenant}|${token}`;
