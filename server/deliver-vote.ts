import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { PeopleDeps, VoteDelivery, VoteToDeliver } from '../api/people-deps.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { DeliverVote } from '../store/vote-delivery.ts';
import { cancelSignal, voteUpdate } from '../workflows/messages.ts';

export interface MessengerDeps {
  readonly client: Client;
  readonly clock: Clock;
}

/** A person waits this long for the run's answer; later the sweep brings it. */
const voteDeadlineMs = 8_000;
const cancelDeadlineMs = 3_000;

/** Brings a vote to the execution that waits at its gate, as an Update that only names the vote's row. */
export async function bringVote({ client, clock }: MessengerDeps, vote: VoteToDeliver): Promise<VoteDelivery> {
  try {
    const handle = client.workflow.getHandle(vote.workflowId);
    // The update's id is the vote's: delivering it twice is one update.
    const update = { args: [{ voteId: vote.voteId }] as [{ voteId: string }], updateId: vote.voteId };
    const verdict = await client.withDeadline(clock.nowMs() + voteDeadlineMs, () => handle.executeUpdate(voteUpdate, update));
    return { kind: 'judged', verdict };
  } catch (error) {
    const isGone = error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError;
    return { kind: isGone ? 'gone' : 'pending' };
  }
}

/** For the sweep of what the API could not bring. */
export function createDeliverVote(deps: MessengerDeps): DeliverVote {
  return async (vote) => {
    const delivery = await bringVote(deps, vote);
    if (delivery.kind === 'pending') throw new SallyportError('TEMPORAL_UNAVAILABLE', 'the vote could not be delivered now');
    return delivery.kind === 'gone' ? 'gone' : 'delivered';
  };
}

export function createCancelRun({ client, clock }: MessengerDeps): PeopleDeps['cancelRun'] {
  return async ({ workflowId, id, reason }) => {
    const handle = client.workflow.getHandle(workflowId);
    await client.withDeadline(clock.nowMs() + cancelDeadlineMs, () => handle.signal(cancelSignal, { id, reason })).catch(() => undefined);
  };
}
