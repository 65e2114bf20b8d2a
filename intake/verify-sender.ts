import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { intakeLimits } from './limits.ts';
import { parseTime } from './times.ts';

/**
 * How a source proves itself, secrets resolved. Several secrets are for rotation: any of them will do. `signed` says
 * what an HMAC covers: `{body}` alone, or with a timestamp header `{timestamp}.{body}`, or what the product writes
 * (Slack: `v0:{timestamp}:{body}`, Grafana: `{timestamp}:{body}`). A timestamp that is not covered proves nothing.
 */
export type SenderProof =
  | {
      readonly kind: 'hmac';
      readonly header: string;
      readonly algorithm: 'sha256' | 'sha1' | 'sha512';
      readonly encoding: 'hex' | 'base64';
      readonly prefix?: string | undefined;
      readonly timestampHeader?: string | undefined;
      readonly signed?: string | undefined;
      readonly toleranceSeconds: number;
      readonly secrets: readonly string[];
    }
  | {
      readonly kind: 'standard-webhooks';
      readonly secrets: readonly string[];
      readonly toleranceSeconds?: number | undefined;
    }
  | {
      readonly kind: 'bearer';
      readonly header?: string | undefined;
      readonly secrets: readonly string[];
    };

export interface SentRequest {
  /** Names in lower case, as Node gives them. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly body: Uint8Array;
  readonly nowMs: number;
}

export type SenderVerdict =
  | { readonly ok: true; readonly deliveryId: string | null }
  | {
      readonly ok: false;
      readonly code: 'CREDENTIAL_MISSING' | 'CREDENTIAL_REFUSED';
      readonly detail: string;
    };

export type SenderVerifier = (request: SentRequest) => SenderVerdict;

/** SECURITY: compares digests of equal length in constant time, and every secret each time; no secret refuses all. */
export function createSenderVerifier(proof: SenderProof): SenderVerifier {
  switch (proof.kind) {
    case 'hmac':
      return (request) => verifyHmac(proof, request);
    case 'standard-webhooks': {
      const keys = proof.secrets.map(webhookKey);
      return (request) =>
        verifyStandardWebhook(
          { keys, toleranceSeconds: proof.toleranceSeconds ?? defaultToleranceSeconds },
          request,
        );
    }
    case 'bearer': {
      const digests = usable(proof.secrets).map((secret) => hash('sha256', secret, 'buffer'));
      return (request) => verifyBearer(proof.header ?? 'authorization', digests, request);
    }
  }
}

const defaultToleranceSeconds = 300;
const refused = (detail: string): SenderVerdict => ({
  ok: false,
  code: 'CREDENTIAL_REFUSED',
  detail,
});
const missing = (detail: string): SenderVerdict => ({
  ok: false,
  code: 'CREDENTIAL_MISSING',
  detail,
});
const accepted = (deliveryId: string | null): SenderVerdict => ({ ok: true, deliveryId });

const usable = (secrets: readonly string[]): readonly string[] =>
  secrets.filter((secret) => secret !== '');

/** One value of a header; one that was sent twice, or is longer than we read, counts as absent. */
function headerOf(request: SentRequest, name: string): string | null {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' && value !== '' && value.length <= intakeLimits.headerCharsMax
    ? value
    : null;
}

function verifyHmac(
  proof: Extract<SenderProof, { kind: 'hmac' }>,
  request: SentRequest,
): SenderVerdict {
  const signature = headerOf(request, proof.header);
  if (signature === null) return missing(`no ${proof.header} header`);
  const prefix = proof.prefix ?? '';
  if (!signature.startsWith(prefix)) return refused('the signature has another prefix');
  let timestamp = '';
  if (proof.timestampHeader !== undefined) {
    timestamp = headerOf(request, proof.timestampHeader) ?? '';
    if (!isFreshTime(timestamp, request.nowMs, proof.toleranceSeconds))
      return refused('the timestamp is missing, malformed or out of tolerance');
  }
  const pattern =
    proof.signed ?? (proof.timestampHeader === undefined ? '{body}' : '{timestamp}.{body}');
  const given = Buffer.from(signature.slice(prefix.length));
  let good = false;
  for (const secret of usable(proof.secrets)) {
    const wanted = signedDigest(
      { algorithm: proof.algorithm, key: Buffer.from(secret), pattern, timestamp },
      request.body,
    ).digest(proof.encoding);
    if (sameText(given, Buffer.from(wanted))) good = true;
  }
  return good ? accepted(null) : refused('the signature does not match');
}

interface Signed {
  readonly algorithm: string;
  readonly key: Uint8Array;
  readonly pattern: string;
  readonly timestamp: string;
}

function signedDigest(signed: Signed, body: Uint8Array): ReturnType<typeof createHmac> {
  const hmac = createHmac(signed.algorithm, signed.key);
  const [before = '', after = ''] = signed.pattern.split('{body}');
  hmac.update(before.replaceAll('{timestamp}', signed.timestamp));
  hmac.update(body);
  return hmac.update(after.replaceAll('{timestamp}', signed.timestamp));
}

function sameText(given: Uint8Array, wanted: Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'));
}

/** Only plain decimal seconds: no sign, no space, no other digits. */
function isFresh(timestamp: string, nowMs: number, toleranceSeconds: number): boolean {
  if (timestamp.length === 0 || timestamp.length > 12 || !isDecimal(timestamp)) return false;
  return Math.abs(nowMs / 1000 - Number(timestamp)) <= toleranceSeconds;
}

/** Some products write RFC 3339 instead of seconds. */
function isFreshTime(timestamp: string, nowMs: number, toleranceSeconds: number): boolean {
  if (isDecimal(timestamp)) return isFresh(timestamp, nowMs, toleranceSeconds);
  const time = parseTime(timestamp);
  return time !== null && Math.abs(nowMs - Date.parse(time)) <= toleranceSeconds * 1000;
}

function isDecimal(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** Secrets of Standard Webhooks are base64 after `whsec_`. */
function webhookKey(secret: string): Uint8Array {
  return Buffer.from(
    secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret,
    'base64',
  );
}

interface WebhookKeys {
  readonly keys: readonly Uint8Array[];
  readonly toleranceSeconds: number;
}

/** https://www.standardwebhooks.com: `v1` (HMAC-SHA256 over `id.timestamp.body`); other versions are passed over. */
function verifyStandardWebhook(proof: WebhookKeys, request: SentRequest): SenderVerdict {
  const id = headerOf(request, 'webhook-id');
  const timestamp = headerOf(request, 'webhook-timestamp');
  const signatures = headerOf(request, 'webhook-signature');
  if (id === null || timestamp === null || signatures === null)
    return missing('webhook-id, webhook-timestamp and webhook-signature are needed');
  if (!isPrintable(id)) return refused('the webhook-id has control characters');
  if (!isFresh(timestamp, request.nowMs, proof.toleranceSeconds))
    return refused('the timestamp is malformed or out of tolerance');
  const given = signatures.split(' ');
  if (given.length > intakeLimits.signaturesMax) return refused('too many signatures');
  let good = false;
  for (const key of proof.keys) {
    if (key.byteLength === 0) continue;
    const wanted = Buffer.from(
      `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(request.body).digest('base64')}`,
    );
    for (const signature of given) if (sameText(Buffer.from(signature), wanted)) good = true;
  }
  return good ? accepted(id) : refused('no signature matches');
}

function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at += 1)
    if (text.charCodeAt(at) < 32 || text.charCodeAt(at) === 127) return false;
  return true;
}

function verifyBearer(
  header: string,
  digests: readonly Buffer[],
  request: SentRequest,
): SenderVerdict {
  const value = headerOf(request, header);
  if (value === null) return missing(`no ${header} header`);
  const token = value.slice(0, 7).toLowerCase() === 'bearer ' ? value.slice(7).trim() : value;
  const given = hash('sha256', token, 'buffer');
  let good = false;
  for (const digest of digests) if (timingSafeEqual(given, digest)) good = true;
  return good ? accepted(null) : refused('the token is not known');
}
