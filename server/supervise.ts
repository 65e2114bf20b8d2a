import { setTimeout as delay } from 'node:timers/promises';
import { errorTable, SallyportError } from '../domain/errors.ts';
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

/** How often a first start is tried before its failure is thrown: what failed may have met a port just taken. */
const firstTriesMax = 5;
const defaultBackoff = { firstMs: 200, maxMs: 10_000 };
/** One that ran this long starts again without delay next time. */
const steadyMs = 60_000;

/** Starts a component, and starts it again whenever it dies, ever more slowly. */
export async function supervise(component: Component, deps: SuperviseDeps): Promise<Supervised> {
  const stopping = new AbortController();
  let status = newStatus(component.name);
  const backoff = deps.backoff ?? defaultBackoff;
  let running = await firstStart(component, { ...backoff, isPatient: deps.isPatient === true });
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
      if (Math.abs(deps.clock.nowMs() - sinceMs) >= steadyMs) waitMs = 0;
      const next = await revive(waitMs);
      if (next === null) return;
      waitMs = next;
      change({ state: 'up', restarts: status.restarts + 1 });
    }
  }

  /** The wait that the next death will cost; null where we are stopping. */
  async function revive(startMs: number): Promise<number | null> {
    const { firstMs, maxMs } = backoff;
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

interface FirstStart {
  readonly firstMs: number;
  readonly isPatient: boolean;
}

/** The patient go on elsewhere; for the others a few tries must do, and what no try can mend is thrown at once. */
async function firstStart(component: Component, how: FirstStart): Promise<Running> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await component.start();
    } catch (error) {
      if (how.isPatient) return neverStarted(wordsOf(error));
      if (attempt === firstTriesMax || !mayPass(error)) throw error;
      await delay(how.firstMs * 2 ** attempt);
    }
  }
}

const mayPass = (error: unknown): boolean =>
  !(error instanceof SallyportError) || errorTable[error.code].family === 'unavailable';

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
