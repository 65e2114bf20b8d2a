import { isObject } from '../../domain/json.ts';
import type { LocalProof } from '../../platform/sender-proof.ts';
import { strictObject } from './jws.ts';
import {
  accepted,
  acceptedSecrets,
  matchesAny,
  missing,
  refused,
  type SenderVerdict,
  type SentRequest,
} from './sent-request.ts';

/** Every notification of the body must carry the secret: one that does not would ride on those that do. */
export function verifyGraph(
  proof: Extract<LocalProof, { kind: 'graph' }>,
  request: SentRequest,
): SenderVerdict {
  const items = strictObject(request.body)?.['value'];
  if (!Array.isArray(items) || items.length === 0) return missing('the body has no notifications');
  const secrets = acceptedSecrets(proof, request.nowMs);
  for (const item of items) {
    const state = isObject(item) ? item['clientState'] : undefined;
    if (typeof state !== 'string') return missing('a notification has no clientState');
    if (!matchesAny(state, secrets)) return refused('a clientState is not known');
  }
  return accepted(null);
}
