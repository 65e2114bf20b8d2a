/** Time is passed in, so that tests set it. Milliseconds since the epoch. */
export interface Clock {
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** RFC 3339 in UTC with milliseconds. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
