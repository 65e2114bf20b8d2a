import { isGrpcServiceError } from '@temporalio/client';
import { SallyportError } from '../domain/errors.ts';

/** Cancelled, unknown, deadline exceeded, resource exhausted, internal, unavailable (gRPC's status codes). */
const grpcAway: readonly number[] = [1, 2, 4, 8, 13, 14];

/** PostgreSQL or Temporal cannot be asked now: the same may be asked again. */
export function isAway(error: unknown): boolean {
  if (error instanceof SallyportError) return error.code === 'STORE_UNAVAILABLE';
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) && grpcAway.includes(cause.code);
}
