import type { JsonObject, Json } from '../../domain/json.ts';
import type { TokenProof } from '../../platform/sender-proof.ts';
import { isSignedBy, readJws, strictObject } from './jws.ts';
import type { KeySets } from './key-sets.ts';
import {
  accepted,
  headerOf,
  missing,
  refused,
  type SenderVerdict,
  type SentRequest,
} from './sent-request.ts';

/** Clocks differ; what ends, ends on ours. */
const aheadSecondsMax = 60;

/**
 * A signed JWT as bearer token (RFC 8725): algorithms, issuer, audience and keys come from the configuration; from the
 * token comes only which of the issuer's keys it names.
 */
export async function verifyAccessToken(
  proof: TokenProof,
  request: SentRequest,
  keySets: KeySets,
): Promise<SenderVerdict> {
  const value = headerOf(request, 'authorization');
  if (value === null) return missing('no Authorization header');
  if (value.slice(0, 7).toLowerCase() !== 'bearer ') return refused('a bearer token is wanted');
  const jws = readJws(value.slice(7));
  if (jws === null) return refused('the token is malformed');
  const { algorithm, keyId, all } = jws.header;
  if (!proof.algorithms.includes(algorithm)) return refused('the algorithm is not accepted');
  if (proof.typ !== undefined && all['typ'] !== proof.typ)
    return refused('the token is of another type');
  if (keyId === null) return refused('the token names no key');
  const key = await keySets.keyFor({ url: proof.keysUrl, private: proof.private ?? false }, keyId);
  if (key === null || !isSignedBy(jws, key)) return refused('the signature does not match');
  const claims = strictObject(jws.payload);
  const problem =
    claims === null ? 'the claims cannot be read' : problemOf(claims, proof, request.nowMs / 1000);
  return problem === null ? accepted(null) : refused(problem);
}

function problemOf(claims: JsonObject, proof: TokenProof, nowSeconds: number): string | null {
  const { iss, aud, sub, exp, nbf, iat } = claims;
  if (typeof iss !== 'string' || !proof.issuers.includes(iss)) return 'it is of another issuer';
  const audiences: readonly Json[] = Array.isArray(aud) ? aud : [aud ?? null];
  if (!audiences.some((one) => typeof one === 'string' && proof.audiences.includes(one)))
    return 'it is for another audience';
  if (typeof sub !== 'string' || sub === '') return 'it names no subject';
  if (typeof exp !== 'number' || exp <= nowSeconds) return 'it has ended, or has no end';
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf > nowSeconds + aheadSecondsMax))
    return 'it is not valid yet';
  if (typeof iat !== 'number' || iat > nowSeconds + aheadSecondsMax)
    return 'its time of issue is missing or ahead';
  if (nowSeconds - iat > proof.ageSecondsMax) return 'it is too old';
  return claimsProblem(claims, proof);
}

/** Every issuer signs tokens for many; these claims say that it is this sender. */
function claimsProblem(claims: JsonObject, proof: TokenProof): string | null {
  for (const wanted of proof.claims) {
    const given = wanted.names.flatMap((name) => textsOf(claims, name));
    if (!given.some((text) => wanted.values.includes(text)))
      return `its ${wanted.names.join(' or ')} is not accepted`;
  }
  return null;
}

function textsOf(claims: JsonObject, name: string): readonly string[] {
  const given = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const values: readonly Json[] = Array.isArray(given) ? given : [given ?? null];
  return values
    .map((one) => (typeof one === 'boolean' ? String(one) : one))
    .filter((one) => typeof one === 'string');
}
