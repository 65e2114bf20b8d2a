/** Time is passed in, so that tests set it. Milliseconds since the epoch. */
export interface Clock {
  nowMs(): number;
  /** Runs on whatever people do to the time of day; only differences mean anything. Left out: the time of day. */
  steadyMs?(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now(), steadyMs: () => performance.now() };

/** For spans that guard something: a clock that is set back must not make them longer. */
export const steadyMsOf = (clock: Clock): number => clock.steadyMs?.() ?? clock.nowMs();

/** RFC 3339 in UTC with milliseconds. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
