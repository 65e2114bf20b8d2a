export const paceLimits = {
  /** What storms rests so many times as long as it was read: a third of the time of its thread is its own. */
  restTimes: 2,
  /** No rest is longer, however long the body before it was. */
  restMsMax: 100,
  /** A source that sent something so recently is there. */
  presentMs: 60_000,
} as const;

/**
 * How fast a source is read that opens incidents faster than it may. While others send as well it gets a part of the time: what it sends is
 * held under an umbrella anyway, and waits a moment longer for its answer, where the others would wait longer for theirs.
 */
export interface StormPace {
  came(source: string): void;
  /** A body of that source was read for so long. */
  read(source: string, ms: number): void;
  /** How long to rest before more is read, if only bodies of these sources wait. Milliseconds. */
  restMs(waiting: readonly string[]): number;
}

export function createStormPace(
  isStorming: (source: string) => boolean,
  monotonicMs: () => number,
): StormPace {
  const cameAtMs = new Map<string, number>();
  let restUntilMs = 0;
  return {
    came: (source) => void cameAtMs.set(source, monotonicMs()),
    read: (source, ms) => {
      if (isStorming(source))
        restUntilMs = monotonicMs() + Math.min(ms * paceLimits.restTimes, paceLimits.restMsMax);
    },
    restMs: (waiting) => {
      const nowMs = monotonicMs();
      if (restUntilMs <= nowMs || !waiting.every(isStorming)) return 0;
      const isOther = ([source, atMs]: readonly [string, number]): boolean =>
        nowMs - atMs < paceLimits.presentMs && !waiting.includes(source) && !isStorming(source);
      return [...cameAtMs].some(isOther) ? restUntilMs - nowMs : 0;
    },
  };
}

/** For where no source ever storms. */
export const noPace: StormPace = { came: () => undefined, read: () => undefined, restMs: () => 0 };
