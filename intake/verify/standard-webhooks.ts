import { createHmac, createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { SenderProof } from '../../platform/sender-proof.ts';
import { intakeLimits } from '../limits.ts';
import { isFreshSeconds } from './fresh-time.ts';
import {
  accepted,
  acceptedSecrets,
  headerOf,
  missing,
  refused,
  sameBytes,
  type SenderVerdict,
  type SentRequest,
} from './sent-request.ts';

type WebhookProof = Extract<SenderProof, { kind: 'standard-webhooks' }>;

const defaultToleranceSeconds = 300;

/**
 * https://www.standardwebhooks.com: over `id.timestamp.body`, `v1` is HMAC-SHA256 and `v1a` Ed25519; other versions are
 * passed over. Each key serves its own version only.
 */
export function standardWebhookVerifier(
  proof: WebhookProof,
): (request: SentRequest) => SenderVerdict {
  const publicKeys = (proof.publicKeys ?? []).map(publicKey).filter((key) => key !== null);
  return (request) => {
    const id = headerOf(request, 'webhook-id');
    const timestamp = headerOf(request, 'webhook-timestamp');
    const signatures = headerOf(request, 'webhook-signature');
    if (id === null || timestamp === null || signatures === null)
      return missing('webhook-id, webhook-timestamp and webhook-signature are needed');
    if (!isPrintable(id)) return refused('the webhook-id has control characters');
    const toleranceSeconds = proof.toleranceSeconds ?? defaultToleranceSeconds;
    if (!isFreshSeconds(timestamp, request.nowMs, toleranceSeconds))
      return refused('the timestamp is malformed or out of tolerance');
    const given = signatures.split(' ');
    if (given.length > intakeLimits.signaturesMax) return refused('too many signatures');
    const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), request.body]);
    const keys = acceptedSecrets(proof, request.nowMs)
      .map(webhookKey)
      .filter((key) => key.byteLength > 0);
    let good = false;
    for (const signature of given) {
      if (matchesHmac(signature, keys, signed)) good = true;
      if (matchesEd25519(signature, publicKeys, signed)) good = true;
    }
    return good ? accepted(id) : refused('no signature matches');
  };
}

/** Secrets are base64 after `whsec_`. */
function webhookKey(secret: string): Uint8Array {
  return Buffer.from(
    secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret,
    'base64',
  );
}

const rawKeyBytes = 32;
/** The DER that stands before a raw Ed25519 key in SubjectPublicKeyInfo (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

/** Null where it is no such key: a source whose key is unreadable accepts nobody. */
function publicKey(text: string): KeyObject | null {
  const raw = Buffer.from(text.startsWith('whpk_') ? text.slice('whpk_'.length) : text, 'base64');
  if (raw.byteLength !== rawKeyBytes) return null;
  return createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: 'der', type: 'spki' });
}

function matchesHmac(signature: string, keys: readonly Uint8Array[], signed: Uint8Array): boolean {
  let good = false;
  for (const key of keys) {
    const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
    if (sameBytes(signature, wanted)) good = true;
  }
  return good;
}

const signatureBytes = 64;

function matchesEd25519(
  signature: string,
  keys: readonly KeyObject[],
  signed: Uint8Array,
): boolean {
  if (keys.length === 0 || !signature.startsWith('v1a,')) return false;
  const text = signature.slice('v1a,'.length);
  const raw = Buffer.from(text, 'base64');
  // Strict base64 only: one signature has one spelling.
  if (raw.byteLength !== signatureBytes || raw.toString('base64') !== text) return false;
  return keys.some((key) => verify(null, signed, key, raw));
}

function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at += 1)
    if (text.charCodeAt(at) < 32 || text.charCodeAt(at) === 127) return false;
  return true;
}
