/** Where the time of a start went. */
export interface Laps {
  /** Runs `work` and notes how long it took. */
  measure<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  readonly totalMs: () => number;
  /** `name 120 ms` each, in the order in which they ended. */
  lines(): readonly string[];
}

export function startLaps(): Laps {
  const startMs = performance.now();
  const done: { readonly name: string; readonly ms: number }[] = [];
  return {
    measure: async (name, work) => {
      const fromMs = performance.now();
      try {
        return await work();
      } finally {
        done.push({ name, ms: performance.now() - fromMs });
      }
    },
    totalMs: () => performance.now() - startMs,
    lines: () => done.map(({ name, ms }) => `${name.padEnd(22)} ${ms.toFixed(0).padStart(6)} ms`),
  };
}
