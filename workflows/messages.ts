import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { VoteJudgement } from '../activities/contract.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Plan } from '../domain/plan.ts';
import type { RunState } from '../domain/run.types.ts';
import type { SignedVote } from '../domain/vote.ts';

/** The vote's row exists before the message is sent; the message only names it. */
export interface VoteMessage {
  readonly voteId: string;
}

export interface CancelMessage {
  readonly id: string;
  readonly reason: string;
}

/** What changed about the incident while the run works: merged into the facts that later steps read. */
export interface FindingsMessage {
  readonly id: string;
  readonly incident: JsonObject;
}

export const voteUpdate = defineUpdate<VoteJudgement, [VoteMessage]>('vote');
/** Names a vote that was kept, or holds a signed one without its reason; both are judged as any vote is. */
export const voteSignal = defineSignal<[VoteMessage | SignedVote]>('vote');
export const cancelSignal = defineSignal<[CancelMessage]>('cancel');
export const findingsSignal = defineSignal<[FindingsMessage]>('findings');
export const stateQuery = defineQuery<RunState>('state');

export interface TriageInput {
  readonly schema: 1;
  readonly batchId: string;
  readonly tenant: string;
  readonly plans: { readonly [digest: string]: Plan };
  readonly runs: readonly RunState[];
}

export interface RespondInput {
  readonly schema: 1;
  readonly plan: Plan;
  readonly state: RunState;
  /** Why a run was parked: its reducer failed on an event that it was given. */
  readonly parked: string | null;
}
