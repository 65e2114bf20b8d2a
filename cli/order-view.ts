import { canonicalJson } from '../domain/digest.ts';
import { asJson } from '../domain/json.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Order } from '../domain/order.ts';
import { orderDigest } from '../domain/order.ts';

/**
 * SECURITY: what is shown and signed here is digested here. A server that shows one order and asks for a signature
 * under another is found out by the person's own machine.
 */
export function checkedOrder(gate: { readonly order: Order; readonly orderDigest: string }): Order {
  if (orderDigest(gate.order) !== gate.orderDigest)
    throw new SallyportError(
      'RESPONSE_INVALID',
      'the order is not the one that its digest names; do not sign it, and tell whoever runs the engine',
    );
  return gate.order;
}

/** Field by field in the order of the canonical form, which is what the digest covers. */
export function signedForm(order: Order): string {
  return JSON.stringify(JSON.parse(canonicalJson(asJson(order))), null, 2);
}

/** The first 12 digits in groups, to compare by eye or on the phone. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12).match(/.{4}/g)?.join(' ') ?? digest;
}
