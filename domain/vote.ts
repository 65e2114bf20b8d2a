import { canonicalJson } from './digest.ts';
import { asJson } from './json.ts';

/**
 * One person's signed decision. The signature covers exactly `voteMessage`; `reasonDigest` is
 * SHA-256 over nonce, NUL and the reason as typed, so that the stored reason can be redacted without breaking it.
 */
export interface VotePayload {
  readonly gateId: string;
  readonly orderDigest: string;
  /** `undo` starts the undo that is part of the signed order; the others decide the gate. */
  readonly decision: 'approve' | 'reject' | 'undo';
  readonly reasonDigest: string;
  readonly approver: string;
  readonly keyId: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly nonce: string;
}

export interface SignedVote {
  readonly payload: VotePayload;
  /** Ed25519 (RFC 8032), base64. */
  readonly signature: string;
}

/** The bytes that are signed, as text: a domain separator, a NUL byte and the canonical JSON of the payload. */
export function voteMessage(payload: VotePayload): string {
  return `sallyport/vote/v1\0${canonicalJson(asJson(payload))}`;
}

/** A person who may vote: identity comes from the API token, authority from the signature. */
export interface Approver {
  readonly id: string;
  /** The person behind it: two accounts of one person are one voter. */
  readonly person: string;
  readonly kind: 'person' | 'service';
  readonly groups: readonly string[];
  readonly keys: readonly {
    readonly keyId: string;
    readonly publicKey: string;
    readonly revokedAt: string | null;
  }[];
  readonly revokedAt: string | null;
}
