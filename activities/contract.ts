import type {
  EffectCommand,
  LookupCommand,
  OpenGateCommand,
  Outcome,
  RunReport,
} from '../domain/run.types.ts';

import type { SignedVote } from '../domain/vote.ts';

/** What an activity must know of the run behind a command; the run's data stays where it is. */
export interface RunRef {
  readonly key: string;
  readonly tenant: string;
  readonly incidentId: string;
  readonly playbook: string;
  readonly version: number;
  readonly planDigest: string;
  readonly policyDigest: string;
  readonly requester: string;
}

export interface LookupItem {
  readonly run: RunRef;
  readonly command: LookupCommand;
}

export interface EffectItem {
  readonly run: RunRef;
  readonly command: EffectCommand;
}

/** Queue `lookup`: reads only. One outcome per item, in order. */
export interface LookupActivities {
  lookupMany(items: readonly LookupItem[]): Promise<readonly Outcome[]>;
}

/** Queues `ticket`, `notify` and `act`: the executor, each with the capabilities of its class only. */
export interface EffectActivities {
  executeMany(items: readonly EffectItem[]): Promise<readonly Outcome[]>;
}

export interface GateItem {
  readonly run: RunRef;
  readonly command: OpenGateCommand;
  readonly workflowId: string;
}

export type GateAnswer =
  | {
      readonly kind: 'opened';
      readonly gateId: string;
      readonly orderDigest: string;
      readonly state: GateDecisionState | 'open';
      readonly detail: string;
      readonly expiresAtMs: number;
      /** Left out where policy names nobody to tell. */
      readonly tell?: GateMessages;
    }
  | Extract<Outcome, { kind: 'error' }>;

/** What is said of a gate, and where, when it opens, is reminded of and is escalated. */
export interface GateMessages {
  readonly connection: string;
  readonly capability: string;
  readonly connectorVersion: string;
  readonly escalateMs: number;
  readonly texts: Readonly<
    Record<GateOccasion, { readonly subject: string; readonly body: string }>
  >;
}

export type GateOccasion = 'opened' | 'reminder' | 'escalation';

export type GateDecisionState = 'approved' | 'denied' | 'expired' | 'void';

/** Queue `act`: an order is prepared where its preconditions can be read. */
export interface GateActivities {
  openGate(item: GateItem): Promise<GateAnswer>;
}

export interface VoteJudgement {
  readonly gateId: string;
  readonly verdict: 'counted' | 'refused';
  readonly why: string;
  readonly gate: { readonly state: 'open' | GateDecisionState };
}

export interface BatchReport {
  readonly batchId: string;
  readonly tenant: string;
  /** `movedTo` names the execution that hosts the run from now on. */
  readonly runs: readonly {
    readonly report: RunReport;
    readonly movedTo: string | null;
    readonly why: string;
  }[];
}

/** Queue `record`: the database only. */
export interface RecordActivities {
  settleBatch(report: BatchReport): Promise<void>;
  recordRun(report: RunReport): Promise<void>;
  judgeVote(vote: { readonly voteId: string }): Promise<VoteJudgement>;
  /** For a vote that came as a signal: keeps it, then judges it as any other. */
  castVote(vote: SignedVote): Promise<VoteJudgement & { readonly voteId: string }>;
  expireGate(gate: {
    readonly gateId: string;
  }): Promise<{ readonly state: 'open' | GateDecisionState; readonly detail: string }>;
  remindGate(gate: { readonly gateId: string }): Promise<unknown>;
  voidGate(gate: { readonly gateId: string; readonly reason: string }): Promise<unknown>;
}
