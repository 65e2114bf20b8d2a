import type { Json, JsonObject } from './json.ts';
import type { PlanCall } from './plan.ts';
import type { ErrorCode } from './errors.ts';

/** One playbook applied to one incident, as data: the whole of it travels between hosts. */
export interface RunState {
  readonly schema: 1;
  readonly key: string;
  readonly tenant: string;
  readonly incidentId: string;
  readonly incidentNumber: number;
  readonly plan: { readonly name: string; readonly version: number; readonly digest: string };
  readonly policyDigest: string;
  readonly requester: string;
  readonly rehearsal: boolean;
  readonly status: RunStatus;
  /** Rises with every event that was applied; a write to the run's row counts only if it is higher. */
  readonly stepNo: number;
  /** The step that the run stands at; null once it ended. */
  readonly cursor: string | null;
  readonly transitions: number;
  readonly frames: readonly EachFrame[];
  readonly facts: JsonObject;
  readonly outputs: { readonly [step: string]: JsonObject };
  readonly pending: { readonly [commandId: string]: Command };
  readonly gates: { readonly [step: string]: GateView };
  /** Decisions by gate id that came before the word that the gate is open: people can be faster than an activity's answer. */
  readonly early?: { readonly [gateId: string]: GateVerdict };
  readonly missing: readonly { readonly step: string; readonly why: string }[];
  readonly deeds: readonly Deed[];
  readonly ticketed: boolean;
  /** Ids of votes and signals that were applied; they are ignored when they come again. At most 256 kept. */
  readonly seen: readonly string[];
  readonly outcome: string | null;
  /** Milliseconds since the epoch: an optional lookup is waited for until then. */
  readonly lookupDeadlineMs: number;
  readonly times: RunTimes;
}

/** When stages were first reached, in milliseconds since the epoch. */
export interface RunTimes {
  readonly lookedUpMs: number | null;
  readonly ticketedMs: number | null;
  readonly decidedMs: number | null;
}

/** A run as its host reports it: everything but the facts, which the row has had since the claim. */
export type RunReport = Omit<RunState, 'facts'>;

export type RunStatus = 'active' | 'waiting' | 'parked' | 'done' | 'failed' | 'cancelled';

export interface EachFrame {
  readonly step: string;
  readonly items: readonly Json[];
  readonly index: number;
}

export interface GateView {
  readonly gateId: string;
  readonly orderDigest: string;
  readonly state: 'open' | 'approved' | 'denied' | 'expired' | 'void';
  readonly iteration: number;
}

export type GateVerdict = Pick<
  Extract<RunEvent, { kind: 'gate-decided' }>,
  'gateId' | 'state' | 'detail'
>;

/** What was done in the run, for tickets and people. */
export interface Deed {
  readonly step: string;
  readonly capability: string;
  readonly outcome: 'done' | 'refused' | 'failed' | 'held' | 'simulated' | 'undone';
  readonly detail: string;
}

export type Command = LookupCommand | EffectCommand | OpenGateCommand | WaitCommand;

interface CommandBase {
  /** Unique within the run: `<step path>#<iteration>`; the path holds the `each` turns. */
  readonly id: string;
  readonly step: string;
  readonly iteration: number;
}

export interface LookupCommand extends CommandBase {
  readonly kind: 'lookup';
  readonly call: ResolvedCall;
  readonly select: { readonly [field: string]: string };
  readonly required: boolean;
  /** After the deadline the run went on without it; a late answer becomes a comment. */
  readonly late: boolean;
}

export interface EffectCommand extends CommandBase {
  readonly kind: 'effect';
  readonly call: ResolvedCall;
  /** H(tenant, run key, plan digest, step path, iteration); a ticket's is H(tenant, incident, connection, purpose). */
  readonly idempotencyKey: string;
  readonly ticket: TicketIntent | null;
  /** The digest of the order that a warrant must open; null where none is needed. */
  readonly orderDigest: string | null;
  readonly gateId: string | null;
  /** `undo` asks for the warrant that one approver signed for the order's undo. */
  readonly purpose: 'act' | 'undo';
}

/** What the ticket is to say is rendered by the activity from these facts, so that one layout serves all. */
export interface TicketIntent {
  readonly verb: 'ensure' | 'comment' | 'update' | 'transition';
  readonly purpose: string;
  readonly form: 'full' | 'light';
  readonly view: TicketFacts;
}

/** What the run knows by now; for a late answer, that alone. */
export interface TicketFacts {
  readonly steps?: RunState['outputs'];
  readonly missing?: RunState['missing'];
  readonly deeds?: readonly Deed[];
  /** The lookup that answered after the run had gone on without it. */
  readonly late?: string;
  readonly answer?: Json;
}

export interface OpenGateCommand extends CommandBase {
  readonly kind: 'open-gate';
  readonly action: string;
  readonly call: ResolvedCall;
  readonly target: Json;
  readonly undo: { readonly capability: string; readonly input: JsonObject } | null;
  readonly evidence: JsonObject;
  readonly expiresMs: number;
  readonly remindMs: number;
}

export interface WaitCommand extends CommandBase {
  readonly kind: 'wait';
  readonly durationMs: number;
}

/** A call whose input was resolved against the run's data; tokens in it are still tokens. */
export interface ResolvedCall extends Omit<PlanCall, 'input'> {
  readonly input: JsonObject;
}

export type RunEvent =
  | { readonly kind: 'start'; readonly atMs: number }
  | {
      readonly kind: 'outcome';
      readonly atMs: number;
      readonly commandId: string;
      readonly outcome: Outcome;
    }
  | {
      readonly kind: 'gate-opened';
      readonly atMs: number;
      readonly commandId: string;
      readonly gateId: string;
      readonly orderDigest: string;
    }
  | {
      readonly kind: 'gate-decided';
      readonly atMs: number;
      readonly id: string;
      readonly gateId: string;
      readonly state: 'approved' | 'denied' | 'expired' | 'void';
      readonly detail: string;
    }
  | { readonly kind: 'lookup-deadline'; readonly atMs: number; readonly commandId: string }
  | { readonly kind: 'timer'; readonly atMs: number; readonly commandId: string }
  | {
      readonly kind: 'findings';
      readonly atMs: number;
      readonly id: string;
      readonly incident: JsonObject;
    }
  | {
      readonly kind: 'cancel';
      readonly atMs: number;
      readonly id: string;
      readonly reason: string;
    };

/** What came of one command. Items of a vectorised activity answer one by one: one failure never fails the rest. */
export type Outcome =
  | { readonly kind: 'ok'; readonly output: JsonObject }
  | {
      readonly kind: 'error';
      readonly code: ErrorCode;
      readonly detail: string;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'held'; readonly detail: string };

export interface Advance {
  readonly state: RunState;
  /** Commands that this event caused; those sent earlier and still open are in `state.pending`. */
  readonly commands: readonly Command[];
}
