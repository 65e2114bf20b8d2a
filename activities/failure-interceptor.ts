import { ApplicationFailure } from '@temporalio/common';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  Next,
} from '@temporalio/worker';
import { errorTable, SallyportError } from '../domain/errors.ts';

/** The one place where an error of ours becomes Temporal's: its code is the type, the table says whether it is retried. */
export const failureInterceptor: ActivityInboundCallsInterceptor = {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw error instanceof SallyportError ? toFailure(error) : error;
    }
  },
};

export function toFailure(error: SallyportError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: errorTable[error.code].retry === 'never',
    ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}
