import { z } from 'zod';

/** ASCII only: no look-alike letters in what tells people apart. */
export const personName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]*$/, 'must be letters, digits and . _ @ + -');
const gateId = z
  .string()
  .max(64)
  .regex(/^gat_[a-z2-7]{24}$/, 'must be the id of a gate');
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be SHA-256 in hex');
export const votePayload = z.strictObject({
  gateId: gateId,
  orderDigest: sha256Hex,
  decision: z.enum(['approve', 'reject', 'undo']),
  reasonDigest: sha256Hex,
  approver: personName,
  keyId: z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hex digits'),
  time: z
    .string()
    .max(40)
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/, 'must be RFC 3339 in UTC'),
  nonce: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_-]{16,64}$/, 'must be 16 to 64 characters of base64url'),
});
/** Ed25519, base64. */
export const voteSignature = z
  .string()
  .max(88)
  .regex(/^[A-Za-z0-9+/]{86}==$/, 'must be 64 bytes in base64');

/** A vote as it may stand in history: no text that a person typed, only the digest of the reason. */
export const bareVote = z.strictObject({ payload: votePayload, signature: voteSignature });
