const channelsMax = 4_096;

/** Which acknowledgements were given out, by source and channel, in this process. */
export interface HecAcks {
  /** For what was committed. */
  next(source: string, channel: string): number;
  /** True for each id that was given out and not asked for before, as Splunk forgets those it answered. */
  ask(source: string, channel: string, ids: readonly number[]): Readonly<Record<string, boolean>>;
}

interface Channel {
  given: number;
  readonly asked: Set<number>;
}

/**
 * Ids are given out after the commit, so that each is true at once. After a restart they are unknown, and shippers send
 * again: the same body gets the same receipt.
 */
export function createHecAcks(): HecAcks {
  const channels = new Map<string, Channel>();
  const keyOf = (source: string, channel: string): string => `${source}\0${channel}`;
  return {
    next: (source, channel) => {
      const key = keyOf(source, channel);
      const known = channels.get(key) ?? { given: 0, asked: new Set() };
      // The channel that was used last goes to the end; the oldest makes room.
      channels.delete(key);
      channels.set(key, known);
      const [oldest] = channels.keys();
      if (channels.size > channelsMax && oldest !== undefined) channels.delete(oldest);
      known.given += 1;
      return known.given - 1;
    },
    ask: (source, channel, ids) => {
      const known = channels.get(keyOf(source, channel));
      return Object.fromEntries(
        ids.map((id) => {
          const isDone = known !== undefined && id < known.given && !known.asked.has(id);
          if (isDone) known.asked.add(id);
          return [String(id), isDone];
        }),
      );
    },
  };
}
