export const retryAfterMsMax = 15 * 60 * 1000;

/** Used where a throttled answer does not say when to come back. */
const silentMs = 5_000;

/** Headers that hold the moment at which a limit is lifted, in seconds since the epoch (Okta, CrowdStrike, GitHub). */
const resetHeaders = ['x-rate-limit-reset', 'x-ratelimit-retryafter', 'x-ratelimit-reset'] as const;

/**
 * When to come back, in milliseconds from now. `Retry-After` (RFC 9110: seconds or a date) wins over the vendors'
 * own headers. SECURITY: a product may lie, so the answer is clamped to 0–15 minutes.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs: number): number {
  const plain = headers['retry-after'];
  if (plain !== undefined)
    return clamp(/^\d{1,10}$/.test(plain) ? Number(plain) * 1000 : Date.parse(plain) - nowMs);
  for (const name of resetHeaders) {
    const reset = headers[name];
    if (reset !== undefined && /^\d{1,13}$/.test(reset)) return clamp(Number(reset) * 1000 - nowMs);
  }
  return silentMs;
}

function clamp(ms: number): number {
  if (Number.isNaN(ms)) return silentMs;
  return Math.min(Math.max(ms, 0), retryAfterMsMax);
}
