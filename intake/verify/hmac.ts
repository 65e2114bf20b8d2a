import { createHmac } from 'node:crypto';
import type { HmacProof } from '../../platform/sender-proof.ts';
import { intakeLimits } from '../limits.ts';
import { isFreshTime } from './fresh-time.ts';
import {
  accepted,
  acceptedSecrets,
  headerOf,
  matchesAny,
  missing,
  refused,
  type SenderVerdict,
  type SentRequest,
} from './sent-request.ts';

/** SECURITY: judged over the raw bytes, before anything reads them. */
export function verifyHmac(proof: HmacProof, request: SentRequest): SenderVerdict {
  const header = headerOf(request, proof.header);
  if (header === null) return missing(`no ${proof.header} header`);
  const parts = proof.separator === undefined ? [header] : header.split(proof.separator);
  if (parts.length > intakeLimits.signaturesMax) return refused('too many signatures');
  const prefix = proof.prefix ?? '';
  const given = parts
    .map((part) => (proof.separator === undefined ? part : part.trim()))
    .filter((part) => part.startsWith(prefix))
    .map((part) => part.slice(prefix.length));
  if (given.length === 0) return refused('no signature has the wanted prefix');
  const timestamp = timestampOf(proof, request, parts);
  if (timestamp !== null && !isFreshTime(timestamp, request.nowMs, proof.toleranceSeconds))
    return refused('the timestamp is missing, malformed or out of tolerance');
  const pattern = proof.signed ?? (timestamp === null ? '{body}' : '{timestamp}.{body}');
  const wanted = acceptedSecrets(proof, request.nowMs).map((secret) =>
    signedDigest({ ...proof, secret, pattern, timestamp: timestamp ?? '' }, request.body),
  );
  let good = false;
  for (const signature of given) if (matchesAny(signature, wanted)) good = true;
  return good ? accepted(null) : refused('the signature does not match');
}

/** Null where this scheme has none; empty where it should have come. */
function timestampOf(
  proof: HmacProof,
  request: SentRequest,
  parts: readonly string[],
): string | null {
  if (proof.timestampHeader !== undefined) return headerOf(request, proof.timestampHeader) ?? '';
  if (proof.timestampParameter === undefined) return null;
  const start = `${proof.timestampParameter}=`;
  const times = parts.map((part) => part.trim()).filter((part) => part.startsWith(start));
  // Two times in one header: which of them is signed would be a guess.
  return times.length === 1 ? (times[0]?.slice(start.length) ?? '') : '';
}

interface Signing {
  readonly algorithm: string;
  readonly encoding: 'hex' | 'base64';
  readonly secret: string;
  readonly pattern: string;
  readonly timestamp: string;
}

function signedDigest(signing: Signing, body: Uint8Array): string {
  const [before = '', after = ''] = signing.pattern.split('{body}');
  return createHmac(signing.algorithm, signing.secret)
    .update(before.replaceAll('{timestamp}', signing.timestamp))
    .update(body)
    .update(after.replaceAll('{timestamp}', signing.timestamp))
    .digest(signing.encoding);
}
