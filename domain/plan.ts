import type { EffectClass, PrivilegeClass } from './capability.ts';
import type { Json } from './json.ts';

/**
 * The compiled playbook: frozen data that a run carries, identified by its digest. Made by `compile`, read by
 * `advance`; nobody else interprets it.
 */
export interface Plan {
  readonly schema: 1;
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly author: string;
  readonly runbook: string;
  readonly start: string;
  readonly steps: { readonly [id: string]: PlanStep };
}

export type PlanStep =
  | LookupStep
  | IfStep
  | TicketStep
  | NotifyStep
  | GateStep
  | ActionStep
  | UndoStep
  | WaitStep
  | EachStep
  | EndStep;

/** A value that is known at load (`literal`) or found in the run's data when the step starts. */
export type PlanValue =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'path'; readonly path: string; readonly fallback?: Json }
  | { readonly kind: 'cel'; readonly source: string }
  | { readonly kind: 'record'; readonly fields: { readonly [name: string]: PlanValue } }
  | { readonly kind: 'list'; readonly items: readonly PlanValue[] };

export type PlanInput = { readonly [name: string]: PlanValue };

/** A capability as the plan freezes it: what the connector declared when the playbook was compiled. */
export interface PlanCall {
  readonly capability: string;
  readonly connectorVersion: string;
  readonly connection: string;
  readonly effect: EffectClass;
  readonly privilege: PrivilegeClass;
  readonly input: PlanInput;
}

export interface LookupStep {
  readonly kind: 'lookup';
  readonly call: PlanCall;
  /** Output field → path in the answer. Only selected fields enter history. */
  readonly select: { readonly [field: string]: string };
  /** A required lookup that fails fails the run; an optional one is noted as missing. */
  readonly required: boolean;
  readonly next: string;
}

export interface IfStep {
  readonly kind: 'if';
  readonly condition: string;
  readonly then: string;
  readonly else: string;
}

export interface TicketStep {
  readonly kind: 'ticket';
  readonly verb: 'ensure' | 'comment' | 'update' | 'transition';
  readonly call: PlanCall;
  /** Tells two tickets of one incident at one connection apart; empty for the main one. */
  readonly purpose: string;
  readonly form: 'full' | 'light';
  readonly next: string;
}

export interface NotifyStep {
  readonly kind: 'notify';
  readonly call: PlanCall;
  readonly next: string;
}

/** Prepares the order of `action`, opens a gate for it and waits for the decision. */
export interface GateStep {
  readonly kind: 'gate';
  readonly action: string;
  /** Paths whose values are shown as evidence and bound by the order's digest. */
  readonly evidence: PlanInput;
  readonly expiresMs: number;
  readonly remindMs: number;
  readonly approved: string;
  readonly denied: string;
  readonly expired: string;
}

export interface ActionStep {
  readonly kind: 'action';
  readonly call: PlanCall;
  /** The gate step that guards it; null only where the effect is reversible. */
  readonly gate: string | null;
  readonly target: PlanValue;
  readonly undo: { readonly capability: string; readonly input: PlanInput } | null;
  readonly verify: VerifyCall | null;
  readonly next: string;
  /** Where the run goes on when the action was refused, failed or held. */
  readonly failed: string;
}

/** Takes back what one signed order did. Only the engine makes plans with it; playbooks cannot. */
export interface UndoStep {
  readonly kind: 'undo';
  readonly call: PlanCall;
  readonly gateId: string;
  readonly orderDigest: string;
  readonly next: string;
  readonly failed: string;
}

/** The read that shows whether the action took effect. `condition` sees its answer as `answer`. */
export interface VerifyCall {
  readonly call: PlanCall;
  readonly condition: string;
  /** The fields that the condition reads: only these enter history. Absent in plans made by hand: the whole answer. */
  readonly select?: { readonly [field: string]: string };
}

export interface WaitStep {
  readonly kind: 'wait';
  readonly durationMs: number;
  readonly next: string;
}

export interface EachStep {
  readonly kind: 'each';
  readonly items: PlanValue;
  readonly max: number;
  readonly body: string;
  readonly next: string;
}

/** `endBody` ends one turn of the `each` around it; `end` ends the run. */
export interface EndStep {
  readonly kind: 'end' | 'endBody';
  readonly outcome: string;
}

export const planLimits = {
  steps: 200,
  eachItems: 100,
  transitions: 2000,
  stepOutputBytes: 65_536,
  planBytes: 131_072,
  waitMsMax: 30 * 24 * 3600 * 1000,
} as const;
