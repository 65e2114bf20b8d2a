import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';

/** RFC 7518: what an algorithm asks of its key, and how Node names it. */
interface Algorithm {
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'oct';
  readonly hash: string | null;
  readonly pss?: boolean;
  readonly crv?: string;
  readonly signatureBytes?: number;
}

export const algorithms = {
  RS256: { kty: 'RSA', hash: 'sha256' },
  RS384: { kty: 'RSA', hash: 'sha384' },
  RS512: { kty: 'RSA', hash: 'sha512' },
  PS256: { kty: 'RSA', hash: 'sha256', pss: true },
  PS384: { kty: 'RSA', hash: 'sha384', pss: true },
  PS512: { kty: 'RSA', hash: 'sha512', pss: true },
  ES256: { kty: 'EC', hash: 'sha256', crv: 'P-256', signatureBytes: 64 },
  ES384: { kty: 'EC', hash: 'sha384', crv: 'P-384', signatureBytes: 96 },
  ES512: { kty: 'EC', hash: 'sha512', crv: 'P-521', signatureBytes: 132 },
  EdDSA: { kty: 'OKP', hash: null, crv: 'Ed25519', signatureBytes: 64 },
  HS256: { kty: 'oct', hash: 'sha256' },
} as const satisfies { readonly [name: string]: Algorithm };

export type AlgorithmName = keyof typeof algorithms;

export interface VerificationKey {
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
}

/**
 * SECURITY: a key serves the algorithms of its own type only, and only the one that it names; a public key is never a
 * shared secret. Null where the key may not verify with that algorithm.
 */
export function verificationKey(jwk: Json, name: AlgorithmName): VerificationKey | null {
  const algorithm: Algorithm = algorithms[name];
  if (!isObject(jwk) || jwk['kty'] !== algorithm.kty) return null;
  if (jwk['alg'] !== undefined && jwk['alg'] !== name) return null;
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return null;
  if (!mayVerify(jwk['key_ops'])) return null;
  if (algorithm.crv !== undefined && jwk['crv'] !== algorithm.crv) return null;
  const key = importKey(jwk);
  return key === null || isWeak(key, jwk) ? null : { algorithm, key };
}

function mayVerify(operations: Json | undefined): boolean {
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

function importKey(jwk: JsonObject): KeyObject | null {
  const { kty, n, e, crv, x, y, k } = jwk;
  try {
    if (kty === 'oct') return typeof k === 'string' ? createSecretKey(k, 'base64url') : null;
    // Only the public members: a private key that somebody published is not taken as one.
    const members = Object.entries({ kty, n, e, crv, x, y }).filter(
      ([, value]) => value !== undefined,
    );
    return createPublicKey({ key: Object.fromEntries(members) as JsonWebKey, format: 'jwk' });
  } catch {
    return null;
  }
}

const rsaBitsMin = 2_048;
const secretBytesMin = 32;

function isWeak(key: KeyObject, jwk: JsonObject): boolean {
  if (key.type === 'secret') return (key.symmetricKeySize ?? 0) < secretBytesMin;
  if (jwk['kty'] !== 'RSA') return false;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const { n } = jwk;
  if (bits < rsaBitsMin || typeof n !== 'string') return true;
  return hasRocaPrint(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`));
}

const rocaPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/** CVE-2017-15361: such moduli are powers of 65537 modulo every small prime, and can be factored. */
function hasRocaPrint(modulus: bigint): boolean {
  return rocaPrimes.every((prime) => powersOf65537(prime).has(Number(modulus % BigInt(prime))));
}

function powersOf65537(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * (65_537 % prime)) % prime)
    powers.add(power);
  return powers;
}
