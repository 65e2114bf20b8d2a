/** What waits, by source: each gets its turn, so that a flood of one does not stand before the others. */
export interface FairQueue<Item> {
  push(source: string, item: Item): void;
  /** The next items, one of each source in turn, as long as `fits` agrees; at least one where anything waits. */
  take(fits: (item: Item) => boolean): readonly Item[];
  size(): number;
  sizeOf(source: string): number;
  /** Of which something waits. */
  sources(): readonly string[];
}

export function createFairQueue<Item>(): FairQueue<Item> {
  /** In the order in which they get their turn; a source without items is not in it. */
  const lines = new Map<string, Item[]>();
  let size = 0;
  return {
    push: (source, item) => {
      const line = lines.get(source);
      if (line === undefined) lines.set(source, [item]);
      else line.push(item);
      size += 1;
    },
    take: (fits) => {
      const taken: Item[] = [];
      const heads = new Map<string, number>();
      let more = true;
      while (more) {
        more = false;
        for (const [source, line] of lines) {
          const at = heads.get(source) ?? 0;
          const item = line[at];
          if (item === undefined) continue;
          if (taken.length > 0 && !fits(item)) {
            more = false;
            break;
          }
          if (taken.length === 0) fits(item);
          taken.push(item);
          heads.set(source, at + 1);
          more = true;
        }
      }
      for (const [source, count] of heads) {
        const line = lines.get(source) ?? [];
        line.splice(0, count);
        // Whoever had a turn goes behind those who had none.
        lines.delete(source);
        if (line.length > 0) lines.set(source, line);
      }
      size -= taken.length;
      return taken;
    },
    size: () => size,
    sizeOf: (source) => lines.get(source)?.length ?? 0,
    sources: () => [...lines.keys()],
  };
}
