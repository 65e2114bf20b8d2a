import type { Order } from '../domain/order.ts';

/** Answers of the API as verbs read them: our own API gave them, and its shape is tested with it. Times are RFC 3339. */
export interface IncidentAnswer {
  readonly id: string;
  readonly number: number;
  readonly state: string;
  readonly title: string;
  readonly severityId: number;
  readonly priority: string | null;
  readonly owner: string | null;
  readonly assignee: string | null;
  readonly verdict: string | null;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface IncidentFileAnswer {
  readonly incident: IncidentAnswer;
  readonly format: string;
  readonly source: string;
  readonly changed: { readonly at: string; readonly by: string; readonly reason: string };
  readonly runs: readonly {
    readonly playbook: string;
    readonly version: number;
    readonly purpose: string;
    readonly rehearsal: boolean;
    readonly requester: string;
    readonly status: string;
    readonly outcome: string | null;
    readonly startedAt: string;
  }[];
  readonly gates: readonly {
    readonly id: string;
    readonly state: string;
    readonly step: string;
    readonly expiresAt: string;
  }[];
  readonly tickets: readonly {
    readonly connection: string;
    readonly externalId: string;
    readonly url: string;
    readonly state: string;
  }[];
  readonly effects: readonly {
    readonly capability: string;
    readonly connection: string;
    readonly target: string | null;
    readonly state: string;
    readonly detail: string;
  }[];
  readonly notes: readonly { readonly actor: string; readonly body: string; readonly at: string }[];
}

export interface GateAnswer {
  readonly gateId: string;
  readonly incidentId: string;
  readonly state: string;
  readonly reason: string;
  readonly orderDigest: string;
  readonly capability: string;
  readonly target: { readonly kind: string; readonly id: string };
  readonly effect: string;
  readonly playbook: string;
  readonly requester: string;
  readonly approvals: number;
  readonly quorum: number;
  readonly groups: readonly string[];
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly result: { readonly state: string; readonly detail: string } | null;
}

export interface GateFileAnswer extends GateAnswer {
  readonly order: Order;
  readonly votes: readonly {
    readonly approver: string;
    readonly decision: string;
    readonly reason: string;
    readonly verdict: string;
    readonly why: string;
    readonly castAt: string;
  }[];
  readonly eligible: boolean;
  readonly mayVote: readonly string[];
  readonly revealed: Readonly<Record<string, string | null>> | null;
}

export interface VoteAnswer {
  readonly voteId: string;
  readonly verdict: 'counted' | 'pending';
  readonly why: string;
  readonly gate?: { readonly state: string };
}

export interface EffectAnswer {
  readonly key: string;
  readonly incidentId: string;
  readonly capability: string;
  readonly connection: string;
  readonly target: string | null;
  readonly state: string;
  readonly detail: string;
  readonly intendedAt: string;
}

export interface TicketAnswer {
  readonly id: number;
  readonly title: string;
  readonly status: string;
  readonly priority: string;
  readonly team: string;
  readonly labels: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface TicketFileAnswer extends TicketAnswer {
  readonly body: string;
  readonly comments: readonly { readonly body: string; readonly at: string }[];
}

export interface ApproverAnswer {
  readonly id: string;
  readonly person: string;
  readonly kind: string;
  readonly groups: readonly string[];
  readonly keys: readonly {
    readonly keyId: string;
    readonly publicKey: string;
    readonly revokedAt: string | null;
  }[];
  readonly revokedAt: string | null;
}

export interface StopAnswer {
  readonly scope: string;
  readonly reason: string;
  readonly actor: string;
  readonly changedAt: string;
}
