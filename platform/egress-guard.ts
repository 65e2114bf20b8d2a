import { SallyportError, type ErrorCode } from '../domain/errors.ts';
import type { Breaker } from './breaker.ts';

const sickCodes: readonly ErrorCode[] = [
  'VENDOR_UNAVAILABLE',
  'EFFECT_UNKNOWN',
  'BROKEN_INVARIANT',
];

/** Throws BREAKER_OPEN while the connection rests. */
export function enter(breaker: Breaker): void {
  const restMs = breaker.enter();
  if (restMs !== null)
    throw new SallyportError('BREAKER_OPEN', 'the connection failed too often and rests', {
      retryAfterMs: restMs,
    });
}

/** One conversation that is no HTTP exchange: what it throws tells the breaker how its product is. */
export async function guarded<Result>(
  breaker: Breaker,
  talk: () => Promise<Result>,
): Promise<Result> {
  enter(breaker);
  try {
    const result = await talk();
    breaker.succeeded();
    return result;
  } catch (error) {
    const code = error instanceof SallyportError ? error.code : 'BROKEN_INVARIANT';
    if (code === 'EGRESS_BLOCKED') breaker.released();
    else if (sickCodes.includes(code)) breaker.failed();
    else breaker.succeeded();
    throw error;
  }
}
