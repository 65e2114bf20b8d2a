import type { TextSink } from '../cli/io.ts';

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly asked: Promise<void>;
  dispose(): void;
}

/** A terminal's Ctrl-C reaches us by itself, and again through npm and the bootstrap: that is one, not three. */
const sameMs = 1_000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const killedExitCode = 130;

/** The first signal asks for a clean stop; a second one kills what is left (`killAll`) and ends the process. */
export function listenForStop(stderr: TextSink, killAll: () => void): StopSignal {
  const controller = new AbortController();
  let firstMs: number | null = null;
  const onSignal = (): void => {
    const nowMs = performance.now();
    if (firstMs === null) {
      firstMs = nowMs;
      stderr.write('\nstopping; press Ctrl-C again to kill\n');
      return controller.abort();
    }
    if (nowMs - firstMs < sameMs) return;
    killAll();
    process.exit(killedExitCode);
  };
  for (const name of signals) process.on(name, onSignal);
  const asked = new Promise<void>((resolve) =>
    controller.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  return {
    signal: controller.signal,
    asked,
    dispose: () => {
      for (const name of signals) process.removeListener(name, onSignal);
    },
  };
}
