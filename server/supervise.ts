import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';

/** One run of a component. */
export interface Running {
  /** Resolves when it ends, wanted or not, with a few words on how. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface Component {
  readonly name: string;
  /** Resolves once it is ready. Called again after it died; must come up at the same address. */
  start(): Promise<Running>;
}

export type ComponentState = 'starting' | 'up' | 'down' | 'stopped';

export interface ComponentStatus {
  readonly name: string;
  readonly state: ComponentState;
  readonly restarts: number;
  /** The last trouble; empty where there was none. */
  readonly detail: string;
}

export interface Supervised {
  status(): ComponentStatus;
  stop(): Promise<void>;
}

export interface SuperviseDeps {
  readonly clock: Clock;
  readonly onChange: (status: ComponentStatus) => void;
  /** True: a first start that fails is repeated like any other, instead of being thrown. */
  readonly isPatient?: boolean;
  readonly backoff?: { readonly firstMs: number; readonly maxMs: number };
}

const defaultBackoff = { firstMs: 200, maxMs: 10_000 };
/** One that ran this long starts again without delay next time. */
const steadyMs = 60_000;

/** Starts a component, and starts it again whenever it dies, ever more slowly. */
export async function supervise(component: Component, deps: SuperviseDeps): Promise<Supervised> {
  const stopping = new AbortController();
  let status = newStatus(component.name);
  let running = await firstStart(component, deps.isPatient === true);
  const change = (next: Partial<ComponentStatus>): void => {
    status = { ...status, ...next };
    deps.onChange(status);
  };
  if (!isNeverStarted(running)) change({ state: 'up' });

  async function watch(): Promise<void> {
    let waitMs = 0;
    for (;;) {
      const sinceMs = deps.clock.nowMs();
      const detail = await running.ended;
      if (stopping.signal.aborted) return;
      change({ state: 'down', detail });
      if (deps.clock.nowMs() - sinceMs >= steadyMs) waitMs = 0;
      const next = await revive(waitMs);
      if (next === null) return;
      waitMs = next;
      change({ state: 'up', restarts: status.restarts + 1 });
    }
  }

  /** The wait that the next death will cost; null where we are stopping. */
  async function revive(startMs: number): Promise<number | null> {
    const { firstMs, maxMs } = deps.backoff ?? defaultBackoff;
    for (
      let waitMs = startMs;
      !stopping.signal.aborted;
      waitMs = Math.min(maxMs, Math.max(firstMs, waitMs * 2))
    ) {
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return null;
      change({ state: 'starting' });
      const revived = await component
        .start()
        .catch((error: unknown) => change({ state: 'down', detail: wordsOf(error) }));
      if (revived === undefined) continue;
      running = revived;
      if (stopping.signal.aborted) await running.stop();
      return Math.min(maxMs, Math.max(firstMs, waitMs * 2));
    }
    return null;
  }

  const watching = watch();
  return {
    status: () => status,
    stop: async () => {
      stopping.abort();
      await running.stop();
      await watching;
      change({ state: 'stopped' });
    },
  };
}

const newStatus = (name: string): ComponentStatus => ({
  name,
  state: 'starting',
  restarts: 0,
  detail: '',
});

/** One that has not come up yet counts as starting: nobody is told that it is ready. */
export function statusesOf(
  components: readonly Component[],
  supervised: readonly Supervised[],
): readonly ComponentStatus[] {
  const known = new Map(supervised.map((each) => [each.status().name, each.status()]));
  return components.map(({ name }) => known.get(name) ?? newStatus(name));
}

function firstStart(component: Component, isPatient: boolean): Promise<Running> {
  return component.start().catch((error: unknown) => {
    if (isPatient) return neverStarted(wordsOf(error));
    throw error;
  });
}

const failedStarts = new WeakSet<Running>();
const isNeverStarted = (running: Running): boolean => failedStarts.has(running);

function neverStarted(detail: string): Running {
  const running = { ended: Promise.resolve(detail), stop: async () => undefined };
  failedStarts.add(running);
  return running;
}

const detailCharsMax = 300;
const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, detailCharsMax);
