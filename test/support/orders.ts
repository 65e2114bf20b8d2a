import type { CastVote } from '../../domain/gate.ts';
import type { Order } from '../../domain/order.ts';
import { orderDigest } from '../../domain/order.ts';
import type { ApprovalRule } from '../../domain/policy.ts';
import type { Approver, VotePayload } from '../../domain/vote.ts';
import type { SigningKey } from '../../platform/signature.ts';
import { createSigningKey, reasonDigest, signVote } from '../../platform/signature.ts';

export const openedMs = Date.parse('2026-11-22T05:00:00.000Z');
export const hourMs = 3_600_000;

export function aRule(over: Partial<ApprovalRule> = {}): ApprovalRule {
  return {
    id: 'disruptive',
    effects: ['disruptive', 'irreversible'],
    capability: '*',
    target: '*',
    groups: ['responders'],
    quorum: 2,
    requesterMayApprove: false,
    authorMayApproveAlone: false,
    vetoes: 1,
    expiresMs: hourMs,
    remindMs: 600_000,
    ...over,
  };
}

export function anOrder(over: Partial<Order> = {}): Order {
  return {
    schema: 1,
    tenant: 'acme',
    incidentId: 'inc_1',
    runKey: 'run_1',
    step: 'contain-host',
    iteration: 1,
    capability: 'edr.host.contain',
    connectorVersion: '1.0.0',
    connection: {
      name: 'edr',
      connector: 'edr',
      address: 'https://edr.example',
      secretRef: 'file:edr#1',
    },
    effect: 'disruptive',
    target: { kind: 'host', id: 'db-10' },
    parameters: { host: 'db-10', level: 1 },
    evidence: { status: 'normal' },
    precondition: { capability: 'edr.host.read', state: { status: 'normal' } },
    reach: 'One host loses its network.',
    undo: { capability: 'edr.host.lift', effect: 'disruptive', parameters: { host: 'db-10' } },
    playbook: { name: 'host-malware', version: 1, digest: 'p'.repeat(64), author: 'bob' },
    policyDigest: 'q'.repeat(64),
    rule: aRule(),
    requester: 'alice',
    notBefore: new Date(openedMs).toISOString(),
    expiresAt: new Date(openedMs + hourMs).toISOString(),
    nonce: 'n-1',
    ...over,
  };
}

export interface Person {
  readonly name: string;
  readonly key: SigningKey;
  readonly approver: Approver;
}

export function aPerson(name: string, over: Partial<Approver> = {}): Person {
  const { key } = createSigningKey();
  return { name, key, approver: approverOf(name, key, over) };
}

/** One key pair per name, made once: tests need people, not fresh randomness. */
export function people<Name extends string>(
  ...names: readonly Name[]
): { readonly [N in Name]: Person } {
  return Object.fromEntries(names.map((name) => [name, aPerson(name)])) as {
    readonly [N in Name]: Person;
  };
}

function approverOf(name: string, key: SigningKey, over: Partial<Approver>): Approver {
  return {
    id: name,
    person: name,
    kind: 'person',
    groups: ['responders'],
    keys: [{ keyId: key.keyId, publicKey: key.publicKey, revokedAt: null }],
    revokedAt: null,
    ...over,
  };
}

export interface VoteSketch {
  readonly order?: Order;
  readonly gateId?: string;
  readonly decision?: VotePayload['decision'];
  readonly atMs?: number;
  readonly id?: string;
  readonly payload?: Partial<VotePayload>;
  readonly person?: string;
}

let votes = 0;

/** A vote signed by that person's key over exactly the payload that it carries. */
export function aVote(by: Person, sketch: VoteSketch = {}): CastVote {
  const {
    order = anOrder(),
    gateId = 'gat_1',
    decision = 'approve',
    atMs = openedMs + 60_000,
  } = sketch;
  votes += 1;
  const nonce = `nonce-${votes}`;
  const payload: VotePayload = {
    gateId,
    orderDigest: orderDigest(order),
    decision,
    reasonDigest: reasonDigest(nonce, 'looks right'),
    approver: by.approver.id,
    keyId: by.key.keyId,
    time: new Date(atMs).toISOString(),
    nonce,
    ...sketch.payload,
  };
  return {
    ...signVote(payload, by.key),
    id: sketch.id ?? `vot_${votes}`,
    person: sketch.person ?? by.approver.person,
    castAtMs: atMs,
  };
}
