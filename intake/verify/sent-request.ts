import { hash, timingSafeEqual } from 'node:crypto';
import type { Rotation } from '../../platform/sender-proof.ts';
import { intakeLimits } from '../limits.ts';

export interface SentRequest {
  /** Names in lower case, as Node gives them. */
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly body: Uint8Array;
  readonly nowMs: number;
}

export type SenderVerdict =
  | {
      readonly ok: true;
      readonly deliveryId: string | null;
      /** It was no alert but the sender making itself known; there is nothing to file. */
      readonly handshake?: 'sns-confirmed';
    }
  | {
      readonly ok: false;
      readonly code: 'CREDENTIAL_MISSING' | 'CREDENTIAL_REFUSED';
      readonly detail: string;
    };

export const refused = (detail: string): SenderVerdict => ({
  ok: false,
  code: 'CREDENTIAL_REFUSED',
  detail,
});
export const missing = (detail: string): SenderVerdict => ({
  ok: false,
  code: 'CREDENTIAL_MISSING',
  detail,
});
export const accepted = (deliveryId: string | null): SenderVerdict => ({ ok: true, deliveryId });

/** One value of a header; one that was sent twice, or is longer than we read, counts as absent. */
export function headerOf(request: SentRequest, name: string): string | null {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' && value !== '' && value.length <= intakeLimits.headerCharsMax
    ? value
    : null;
}

/** What is accepted at that moment; an empty secret never is. */
export function acceptedSecrets(proof: Rotation, nowMs: number): readonly string[] {
  const retiring = (proof.retiring ?? []).filter((item) => nowMs < item.untilMs);
  return [...proof.secrets, ...retiring.map((item) => item.secret)].filter(
    (secret) => secret !== '',
  );
}

/** SECURITY: compares digests of equal length in constant time. */
export function sameBytes(given: string | Uint8Array, wanted: string | Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'));
}

/** Looks at every candidate, whichever matched, so that the time says nothing about which. */
export function matchesAny(given: string | Uint8Array, wanted: readonly string[]): boolean {
  let good = false;
  for (const one of wanted) if (sameBytes(given, one)) good = true;
  return good;
}
