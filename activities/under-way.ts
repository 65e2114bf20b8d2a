/**
 * The effects that this process is at. A lease of its own for any other one is left from a call whose result the
 * database could not take: nobody works under it, so nobody has to wait until it ends by its time. For these it holds,
 * though the clock was set forward.
 */
export interface UnderWay {
  has(key: string): boolean;
  /** Holds the keys from before their lease is taken until the work has ended, however it ends. */
  during<Result>(keys: readonly string[], work: () => Promise<Result>): Promise<Result>;
}

export function createUnderWay(): UnderWay {
  const calls = new Set<ReadonlySet<string>>();
  return {
    has: (key) => [...calls].some((keys) => keys.has(key)),
    during: async (keys, work) => {
      const own = new Set(keys);
      calls.add(own);
      try {
        return await work();
      } finally {
        calls.delete(own);
      }
    },
  };
}
