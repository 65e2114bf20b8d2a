export interface BucketRate {
  readonly perSecond: number;
  /** What may come at once after a quiet time. */
  readonly burst: number;
}

/** Tokens that come back with time. May go below zero: what was done is counted, and paid for by waiting. */
export interface TokenBucket {
  left(nowMs: number): number;
  spend(tokens: number, nowMs: number): void;
  /** How long until a token is there. */
  waitMs(nowMs: number): number;
}

export function createTokenBucket({ perSecond, burst }: BucketRate): TokenBucket {
  let tokens = burst;
  let atMs = Number.NEGATIVE_INFINITY;
  const left = (nowMs: number): number => {
    // A clock that was set back gives nothing and takes nothing.
    const passedMs = Number.isFinite(atMs) ? Math.max(0, nowMs - atMs) : 0;
    tokens = Math.min(burst, tokens + (passedMs / 1_000) * perSecond);
    atMs = nowMs;
    return tokens;
  };
  return {
    left,
    spend: (count, nowMs) => {
      tokens = Math.max(left(nowMs) - count, -burst);
    },
    waitMs: (nowMs) => Math.ceil(Math.max(0, ((1 - left(nowMs)) / perSecond) * 1_000)),
  };
}
