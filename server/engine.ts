import type { Base } from './base.ts';
import type { Core } from './core.ts';
import { startHttp } from './http.ts';
import type { Laps } from './laps.ts';
import type { Logger } from '../platform/logger.ts';
import type { MetricsSnapshot } from '../platform/metrics.ts';
import type { RoleParts } from './roles.ts';
import { statusesOf, supervise } from './supervise.ts';
import type { Component, ComponentStatus, SuperviseDeps, Supervised } from './supervise.ts';

/** What an engine is made of. */
export interface Assembled {
  /** Null for the workflow worker alone. */
  readonly core: Core | null;
  readonly parts: readonly RoleParts[];
  /** What the parts share is closed last. */
  close(): Promise<void>;
}

/** What else runs in this process, on another thread. */
export interface Elsewhere {
  statuses(): Promise<readonly ComponentStatus[]>;
  metrics(): Promise<readonly MetricsSnapshot[]>;
}

/** Where the requests of strangers and people come in. */
export interface Front {
  readonly url: string;
  /** Empty where it has no state of its own. */
  statuses(): readonly ComponentStatus[];
  /** Takes no new requests and ends those under way. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly assemble: (base: Base) => Promise<Assembled>;
  readonly laps: Laps;
  /** True in production: what cannot start yet is tried again, and a port that is taken is an error. */
  readonly isPatient: boolean;
  /** Health of what runs below the engine; empty in production. */
  readonly below: () => readonly ComponentStatus[];
  readonly elsewhere?: Elsewhere;
  /** Left out: requests are answered on this thread. */
  readonly openFront?: (of: Elsewhere) => Promise<Front>;
  /** Left out: as the configuration says. */
  readonly listen?: { readonly host: string; readonly port: number };
}

export interface Engine {
  readonly url: string;
  readonly statuses: () => readonly ComponentStatus[];
  readonly core: Core | null;
  stop(): Promise<void>;
}

/** Runs the parts. Migrations are applied already. */
export async function startEngine(base: Base, options: EngineOptions): Promise<Engine> {
  const { laps } = options;
  const assembled = await laps.measure('catalog and leases', () => options.assemble(base));
  const { parts, core } = assembled;
  const supervised: Supervised[] = [];
  const components = parts.flatMap((each) => each.components);
  const open: Stopping = { front: null, supervised, assembled };
  const statuses = (): readonly ComponentStatus[] => [
    ...options.below(),
    ...statusesOf(components, supervised),
    ...(open.front?.statuses() ?? []),
  ];
  const onChange = reportDeaths(base.logger);
  const { openFront = (): Promise<Front> => frontHere(base, { options, parts, statuses }) } =
    options;
  try {
    const own: Elsewhere = {
      statuses: async () => statuses(),
      metrics: async () => [await base.metrics.snapshot()],
    };
    const start = { clock: base.clock, onChange, isPatient: options.isPatient };
    const [front] = await bothOf(
      openFront(own).then((opened) => (open.front = opened)),
      laps.measure('workers and loops', () => superviseAll(components, start, supervised)),
    );
    return { url: front.url, statuses, core, stop: () => stopEngine(open) };
  } catch (error) {
    await stopEngine(open);
    throw error;
  }
}

/** Throws only when both have ended, so that what came up can be stopped. */
async function bothOf<One, Other>(
  one: Promise<One>,
  other: Promise<Other>,
): Promise<readonly [One, Other]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

/** For `SuperviseDeps.onChange`. */
export function reportDeaths(logger: Logger): (status: ComponentStatus) => void {
  return ({ state, name, detail }) => {
    if (state === 'down')
      logger.error({ component: name, detail }, 'a component died and is started again');
  };
}

interface Here {
  readonly options: EngineOptions;
  readonly parts: readonly RoleParts[];
  readonly statuses: () => readonly ComponentStatus[];
}

async function frontHere(base: Base, { options, parts, statuses }: Here): Promise<Front> {
  const { elsewhere } = options;
  const http = await startHttp({
    listen: options.listen ?? base.config.listen,
    mayMove: !options.isPatient,
    routes: parts.flatMap((each) => each.routes),
    tokens: base.config.tokens,
    components: async () => [...((await elsewhere?.statuses()) ?? []), ...statuses()],
    metrics: base.metrics,
    ...(elsewhere === undefined ? {} : { metricsElsewhere: elsewhere.metrics }),
    logger: base.logger,
    redactText: (text) => base.redactor.redactText(text).text,
  });
  return { url: http.url, statuses: () => [], close: () => http.close() };
}

/** All start side by side; those that came up are in `supervised` even where another did not. */
async function superviseAll(
  components: readonly Component[],
  deps: SuperviseDeps,
  supervised: Supervised[],
): Promise<void> {
  const started = await Promise.allSettled(
    components.map(async (component) => supervised.push(await supervise(component, deps))),
  );
  const failed = started.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

interface Stopping {
  front: Front | null;
  readonly supervised: readonly Supervised[];
  readonly assembled: Assembled;
}

/** First nothing new comes in, then what is under way ends, then the connections close. */
async function stopEngine({ front, supervised, assembled }: Stopping): Promise<void> {
  await front?.close();
  await Promise.all(assembled.parts.map((each) => each.drain()));
  await Promise.all(supervised.map((each) => each.stop()));
  await assembled.close();
}
