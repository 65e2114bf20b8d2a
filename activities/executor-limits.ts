import type { Outcome } from '../domain/run.types.ts';

export const executorLimits = {
  /** Longer than any call may take, so that a lease never ends under a call. */
  leaseMs: 15_000,
  callTimeoutMs: 10_000,
  /** How old the guards' answers may be when the lease is taken: a read of the target's state, and a busy machine. */
  guardMs: 15_000,
  /** A request that was cut off may still be at work at the other side: wait this long before looking it up. */
  settleAfterMs: 1_500,
  callsAtOnce: 32,
} as const;

/** Ask again soon: by then the effect is done, or can be looked up. */
export const leaseHeld: Outcome = {
  kind: 'error',
  code: 'LEASE_HELD',
  detail: 'the effect is being done or was just cut off',
  retryAfterMs: executorLimits.settleAfterMs,
};
