import type { EffectClass } from './capability.ts';
import type { CasePolicy, CorrelationRule } from './correlation.ts';
import type { JsonObject } from './json.ts';
import type { QuietPolicy, QuietWindow } from './quiet.ts';

/** Everything under `policy/`, checked and frozen. A run carries its digest. */
export interface Policy {
  readonly schema: 1;
  readonly triage: readonly TriageRule[];
  readonly priority: PriorityPolicy;
  readonly routing: RoutingPolicy;
  readonly approvals: readonly ApprovalRule[];
  readonly budgets: readonly Budget[];
  readonly protectedTargets: readonly ProtectedTarget[];
  readonly grants: readonly Grant[];
  readonly suppressions: readonly QuietWindow[];
  readonly correlation: readonly CorrelationRule[];
  readonly cases: CasePolicy;
  readonly quiet: QuietPolicy;
}

/** Rules are tried in order, the first match wins; an error in a condition is no match, and recorded. */
export interface TriageRule {
  readonly id: string;
  readonly version: number;
  readonly when: string;
  readonly do: TriageDecision;
}

export type TriageDecision =
  | { readonly kind: 'run'; readonly playbook: string }
  | { readonly kind: 'ticket'; readonly form: 'full' | 'light' }
  | { readonly kind: 'draft'; readonly reason: string }
  | { readonly kind: 'escalate'; readonly reason: string }
  | { readonly kind: 'ignore'; readonly reason: string };

export type Priority = 'P1' | 'P2' | 'P3' | 'P4' | 'P5';

/** Priority = severity × asset criticality × exposure; see `domain/priority.ts`. */
export interface PriorityPolicy {
  readonly criticality: readonly {
    readonly match: string;
    readonly level: 'low' | 'normal' | 'high' | 'crown';
  }[];
  readonly exposure: readonly { readonly match: string; readonly level: 'internal' | 'internet' }[];
  /** Ticket system → priority → the value that the system knows. */
  readonly values: { readonly [connector: string]: { readonly [P in Priority]: string } };
}

/** Owners are tried in order; the list must end in one that always matches. */
export interface RoutingPolicy {
  readonly owners: readonly OwnerRule[];
  readonly fallback: string;
}

export interface OwnerRule {
  readonly id: string;
  readonly when: string;
  readonly team: string;
  /** A path over the facts: the team that stands there, if one does, instead of `team`. */
  readonly teamFrom?: string;
}

/** Who is told that a gate waits, and who is when nobody decides. Messages are effects: they need a grant like any. */
export interface TellRule {
  readonly connection: string;
  /** A `notify` capability that takes `subject` and `body`. */
  readonly capability: string;
  readonly escalateMs: number;
  readonly escalateTo: string;
}

export interface ApprovalRule {
  readonly id: string;
  readonly effects: readonly EffectClass[];
  /** Glob over the capability's name and over the target's name. */
  readonly capability: string;
  readonly target: string;
  readonly groups: readonly string[];
  readonly quorum: number;
  readonly requesterMayApprove: boolean;
  readonly authorMayApproveAlone: boolean;
  readonly vetoes: number;
  readonly expiresMs: number;
  readonly remindMs: number;
  /** Left out: nobody is told; the gate is seen in lists only. */
  readonly tell?: TellRule;
}

/** At most `max` actions of a capability (glob) per connection in `windowMs`. */
export interface Budget {
  readonly id: string;
  readonly capability: string;
  readonly max: number;
  readonly windowMs: number;
}

export interface ProtectedTarget {
  readonly id: string;
  readonly kind: string;
  readonly match: string;
  readonly reason: string;
}

/** Nothing is granted unless a row says so. `fields` bounds what a lookup may select (`*` for all). */
export interface Grant {
  readonly playbook: string;
  readonly connection: string;
  readonly capabilities: readonly string[];
  readonly fields: readonly string[];
}

/** What triage decided for an incident and why; stored with it, shown by `sallyport explain`. */
export interface TriageTrace {
  readonly policyDigest: string;
  readonly rule: { readonly id: string; readonly version: number } | null;
  readonly tried: readonly {
    readonly rule: string;
    readonly verdict: 'match' | 'no match' | 'error';
    readonly detail: string;
  }[];
  readonly decision: TriageDecision;
  readonly priority: { readonly level: Priority; readonly why: string };
  readonly owner: { readonly team: string; readonly why: string };
  /** When it is to be decided anew, where something is only hidden for a while. RFC 3339. */
  readonly again?: string;
}

/** What rules and playbooks may read of an incident: `incident`, `finding`; a playbook also `triage`, `steps`, `item`. */
export type Facts = JsonObject;
