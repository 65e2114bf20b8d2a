import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { PeopleDeps } from '../api/people-deps.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { DeliverVote } from '../store/vote-delivery.ts';
import { cancelSignal, voteUpdate } from '../workflows/messages.ts';

export interface MessengerDeps {
  readonly client: Client;
  readonly clock: Clock;
}

const deliverDeadlineMs = 10_000;
const cancelDeadlineMs = 3_000;

/** Brings a vote to the execution that waits at its gate, as an Update that only names the vote's row. */
export function createDeliverVote({ client, clock }: MessengerDeps): DeliverVote {
  return async (vote) => {
    try {
      const handle = client.workflow.getHandle(vote.workflowId);
      // The update's id is the vote's: delivering it twice is one update.
      const update = {
        args: [{ voteId: vote.voteId }] as [{ voteId: string }],
        updateId: vote.voteId,
      };
      await client.withDeadline(clock.nowMs() + deliverDeadlineMs, () =>
        handle.executeUpdate(voteUpdate, update),
      );
      return 'delivered';
    } catch (error) {
      // Any other failure may pass: the sweep brings the vote again, and judging it twice changes nothing.
      if (error instanceof WorkflowNotFoundError || isUnanswered(error)) return 'gone';
      throw new SallyportError('TEMPORAL_UNAVAILABLE', 'the vote could not be delivered now', {
        cause: error,
      });
    }
  };
}

/**
 * The execution took the vote and ended without an answer; asked again, the server says the same of this update for ever,
 * as a failure of this type.
 */
const isUnanswered = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === 'AcceptedUpdateCompletedWorkflow';

export function createCancelRun({ client, clock }: MessengerDeps): PeopleDeps['cancelRun'] {
  return async ({ workflowId, id, reason }) => {
    const handle = client.workflow.getHandle(workflowId);
    await client
      .withDeadline(clock.nowMs() + cancelDeadlineMs, () =>
        handle.signal(cancelSignal, { id, reason }),
      )
      .catch(() => undefined);
  };
}
