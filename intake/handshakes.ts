import { isObject, type Json } from '../domain/json.ts';
import type { Handshake } from '../platform/source-config.ts';
import { parseJson } from './parse-json.ts';
import type { SentRequest } from './verify/sent-request.ts';

/** How a receiver shows that it is one: products ask before they send the first alert. */
export interface HandshakeAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const echoCharsMax = 1_024;
const plain = { 'content-type': 'text/plain; charset=utf-8' };
const json = { 'content-type': 'application/json; charset=utf-8' };

/**
 * Microsoft Graph posts a token that the answer must repeat as plain text, before it knows any secret. SECURITY: the
 * echo is for sources that say so, bounded, and never HTML.
 */
export function graphEcho(
  handshake: Handshake | undefined,
  query: Readonly<Record<string, unknown>>,
): HandshakeAnswer | null {
  const token = query['validationToken'];
  return handshake?.kind === 'graph' && typeof token === 'string' && token.length <= echoCharsMax
    ? { headers: plain, body: token }
    : null;
}

/** Okta's event hooks: a GET, with the hook's own credential, whose header the answer repeats as JSON. */
export function oktaEcho(
  handshake: Handshake | undefined,
  request: SentRequest,
): HandshakeAnswer | null {
  const challenge = request.headers['x-okta-verification-challenge'];
  return handshake?.kind === 'okta' &&
    typeof challenge === 'string' &&
    challenge.length <= echoCharsMax
    ? { headers: json, body: JSON.stringify({ verification: challenge }) }
    : null;
}

/** CloudEvents' abuse protection (HTTP webhook binding 1.0.1, section 4): who may send here, and how often. */
export function cloudEventsConsent(
  handshake: Handshake | undefined,
  request: SentRequest,
): HandshakeAnswer | null {
  const origin = request.headers['webhook-request-origin'];
  if (handshake?.kind !== 'cloudevents' || typeof origin !== 'string') return null;
  if (!handshake.origins.includes(origin)) return null;
  const rate = String(handshake.perMinute);
  return {
    headers: { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': rate, allow: 'POST' },
    body: '',
  };
}

/** Azure Event Grid: an event, sent as any other, whose code the answer repeats. */
export function eventGridCode(
  handshake: Handshake | undefined,
  request: SentRequest,
): HandshakeAnswer | null {
  if (handshake?.kind !== 'event-grid') return null;
  if (request.headers['aeg-event-type'] !== 'SubscriptionValidation') return null;
  const parsed = parseJson(request.body);
  const [first] = parsed.kind === 'values' ? parsed.values : [];
  const event: Json | undefined = Array.isArray(first) ? (first[0] as Json | undefined) : first;
  const data = isObject(event) ? event['data'] : undefined;
  const code = isObject(data) ? data['validationCode'] : undefined;
  return typeof code === 'string' && code.length <= echoCharsMax
    ? { headers: json, body: JSON.stringify({ validationResponse: code }) }
    : null;
}
