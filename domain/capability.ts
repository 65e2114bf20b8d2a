import type { JsonObject } from './json.ts';

/**
 * What using a capability does to the world. Declared by the connector, never by a playbook.
 * `reversible` is undone without anyone noticing; `disruptive` interrupts a person or a service although an undo
 * exists; the last two need a gate.
 */
export type EffectClass = 'read' | 'reversible' | 'disruptive' | 'irreversible';

/** Which worker may run it: each class has its own task queue, credentials and egress list. */
export type PrivilegeClass = 'lookup' | 'ticket' | 'notify' | 'act';

export const needsGate = (effect: EffectClass): boolean =>
  effect === 'disruptive' || effect === 'irreversible';

/** One verb of one product, as plain data: what the compiler, the gate and the executor know of it. */
export interface CapabilityManifest {
  /** `<connector>.<object>.<verb>`, for example `crowdstrike.host.contain`. */
  readonly name: string;
  readonly title: string;
  readonly effect: EffectClass;
  readonly privilege: PrivilegeClass;
  /** JSON Schema 2020-12 of the input and of the output. */
  readonly input: JsonObject;
  readonly output: JsonObject;
  /** The input field that names what is acted upon, and what kind of thing that is; null where there is none. */
  readonly target: { readonly field: string; readonly kind: string } | null;
  /** Token kinds that the executor may reveal to it at the last moment. */
  readonly reveals: readonly string[];
  /** The capability that takes it back, called with the same target; null where nothing does. */
  readonly undo: string | null;
  /** The read capability whose answer is the target's state: evidence now, precondition right before acting. */
  readonly precondition: { readonly capability: string; readonly fields: readonly string[] } | null;
  /** How an unknown outcome is settled: search by our key, read the target's state, or not at all. */
  readonly settle: 'by-key' | 'by-state' | 'none';
  /** A sentence on how far it reaches, shown at the gate. */
  readonly reach: string;
}

export interface ConnectorManifest {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly capabilities: readonly CapabilityManifest[];
}
