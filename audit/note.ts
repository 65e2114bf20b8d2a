import { createHash, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { assert } from '../domain/assert.ts';

/** C2SP signed-note, signature type 1: Ed25519. */
const ed25519Type = 0x01;
const rawKeyBytes = 32;

export interface NoteSigner {
  /** The key's name; by convention the log's origin. No spaces, no plus. */
  readonly name: string;
  /** What verifiers are configured with: `name+hash+base64(type, public key)`. */
  readonly verifierKey: string;
  sign(text: string): string;
}

/** Signs with an Ed25519 private key. */
export function createNoteSigner(name: string, privateKey: KeyObject): NoteSigner {
  assert(/^[^\s+]{1,200}$/u.test(name), 'a note key has a name without spaces or plus');
  const publicKey = rawPublicKey(privateKey);
  const id = noteKeyId(name, publicKey);
  const typed = Buffer.concat([Buffer.of(ed25519Type), publicKey]);
  return {
    name,
    verifierKey: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
    sign: (text) => {
      assert(text.endsWith('\n'), 'the text of a note ends in a newline');
      const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
      return `${text}\n\u2014 ${name} ${signature.toString('base64')}\n`;
    },
  };
}

/** SHA-256 over name, newline, type and key; the first four bytes. */
function noteKeyId(name: string, publicKey: Uint8Array): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(ed25519Type))
    .update(publicKey)
    .digest()
    .subarray(0, 4);
}

/** The 32 raw bytes: the tail of the SPKI encoding (RFC 8410). */
function rawPublicKey(key: KeyObject): Buffer {
  assert(key.asymmetricKeyType === 'ed25519', 'the log key is Ed25519');
  const spki = createPublicKey(key.export({ type: 'pkcs8', format: 'pem' })).export({
    type: 'spki',
    format: 'der',
  });
  return spki.subarray(spki.length - rawKeyBytes);
}
