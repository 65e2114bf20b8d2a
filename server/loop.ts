import { setTimeout as delay } from 'node:timers/promises';
import type { Component } from './supervise.ts';

/** Work that goes on until it is told to stop; one that ends by itself, or throws, is started again. */
export function loopComponent(
  name: string,
  run: (signal: AbortSignal) => Promise<void>,
): Component {
  return {
    name,
    start: async () => {
      const stopping = new AbortController();
      const ended = run(stopping.signal).then(
        () => 'ended',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const stop = async (): Promise<void> => {
        stopping.abort();
        await ended;
      };
      return { ended, stop };
    },
  };
}

/** Does `work` every `everyMs`; what it throws goes to `onError`, and the next turn comes anyway. */
export async function every(
  everyMs: number,
  work: () => Promise<void>,
  options: { readonly signal: AbortSignal; readonly onError: (error: unknown) => void },
): Promise<void> {
  while (!options.signal.aborted) {
    await work().catch(options.onError);
    await delay(everyMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
