import { constants, createHmac, timingSafeEqual, verify } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { parseJson } from '../parse-json.ts';
import { algorithms, verificationKey, type AlgorithmName, type VerificationKey } from './jwk.ts';

export interface JwsHeader {
  readonly algorithm: AlgorithmName;
  /** Null where the header names no key. */
  readonly keyId: string | null;
  readonly all: JsonObject;
}

export interface ReadJws {
  readonly header: JwsHeader;
  readonly payload: Buffer;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** What a header of HTTP may hold anyway. */
const tokenCharsMax = 8_192;

/**
 * A compact JWS (RFC 7515) taken apart, or null: exactly three parts, one spelling of each, an algorithm that we know,
 * and nothing in the header that would change how it is read. Nothing is believed yet.
 */
export function readJws(token: string): ReadJws | null {
  if (typeof token !== 'string' || token.length > tokenCharsMax) return null;
  const parts = token.split('.');
  const [head, body, tail] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || tail === undefined)
    return null;
  const header = strictBase64url(head);
  const payload = strictBase64url(body);
  const signature = strictBase64url(tail);
  if (header === null || payload === null || signature === null) return null;
  const read = readHeader(header);
  if (read === null) return null;
  return { header: read, payload, signature, signed: Buffer.from(`${head}.${body}`) };
}

/** SECURITY: other spellings of the same bytes (padding, other alphabets, loose bits) are not accepted. */
function strictBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function readHeader(bytes: Buffer): JwsHeader | null {
  const all = strictObject(bytes);
  if (all === null) return null;
  // Critical extensions, unencoded payloads and compression: none is understood here.
  if ('crit' in all || 'b64' in all || 'zip' in all) return null;
  const { alg, kid } = all;
  if (typeof alg !== 'string' || !Object.hasOwn(algorithms, alg)) return null;
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return null;
  // `hasOwn` said so.
  return { algorithm: alg as AlgorithmName, keyId: kid ?? null, all };
}

/** One JSON object without duplicate or odd keys: two readers must not see two things. */
export function strictObject(bytes: Uint8Array): JsonObject | null {
  const parsed = parseJson(bytes);
  if (parsed.kind === 'invalid' || parsed.notes.length > 0 || parsed.values.length !== 1)
    return null;
  const [value] = parsed.values;
  return isObject(value) ? value : null;
}

/** Whether `jwk` signed it. Keys in the header itself (`jwk`, `jku`, `x5u`) are never looked at. */
export function isSignedBy(jws: ReadJws, jwk: Json): boolean {
  const key = verificationKey(jwk, jws.header.algorithm);
  return key !== null && matches(jws, key);
}

function matches({ signed, signature }: ReadJws, { algorithm, key }: VerificationKey): boolean {
  if (algorithm.signatureBytes !== undefined && signature.byteLength !== algorithm.signatureBytes)
    return false;
  if (algorithm.kty === 'oct') {
    const wanted = createHmac(algorithm.hash ?? '', key)
      .update(signed)
      .digest();
    return signature.byteLength === wanted.byteLength && timingSafeEqual(signature, wanted);
  }
  const padding =
    algorithm.pss === true ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  try {
    return verify(
      algorithm.hash,
      signed,
      {
        key,
        ...(algorithm.kty === 'RSA' ? { padding } : {}),
        ...(algorithm.pss === true ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {}),
        ...(algorithm.kty === 'EC' ? { dsaEncoding: 'ieee-p1363' as const } : {}),
      },
      signature,
    );
  } catch {
    return false;
  }
}
