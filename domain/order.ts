import type { EffectClass } from './capability.ts';
import { digestOf } from './digest.ts';
import { asJson, type JsonObject } from './json.ts';
import type { ApprovalRule } from './policy.ts';

/**
 * One action with everything resolved: what people vote on. Personal data in it stays as tokens, so the digest binds
 * the tokens. Any changed byte is another order.
 */
export interface Order {
  readonly schema: 1;
  readonly tenant: string;
  readonly incidentId: string;
  readonly runKey: string;
  readonly step: string;
  /** How often this step asked: a gate that asks anew makes a new order. */
  readonly iteration: number;
  readonly capability: string;
  readonly connectorVersion: string;
  readonly connection: ConnectionIdentity;
  readonly effect: EffectClass;
  readonly target: { readonly kind: string; readonly id: string };
  readonly parameters: JsonObject;
  readonly evidence: JsonObject;
  /** What the target looked like when the order was made; read anew right before acting. */
  readonly precondition: { readonly capability: string; readonly state: JsonObject } | null;
  readonly reach: string;
  readonly undo: {
    readonly capability: string;
    readonly effect: EffectClass;
    readonly parameters: JsonObject;
  } | null;
  readonly playbook: {
    readonly name: string;
    readonly version: number;
    readonly digest: string;
    readonly author: string;
  };
  readonly policyDigest: string;
  readonly rule: ApprovalRule;
  readonly requester: string;
  readonly notBefore: string;
  readonly expiresAt: string;
  readonly nonce: string;
}

/** Where the order goes: a changed address or secret reference is another order. */
export interface ConnectionIdentity {
  readonly name: string;
  readonly connector: string;
  readonly address: string;
  readonly secretRef: string;
}

export function orderDigest(order: Order): string {
  return digestOf('sallyport/order/v1', asJson(order));
}
