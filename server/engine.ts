import { openActivityParts } from './activity-deps.ts';
import type { Base } from './base.ts';
import { openCatalog } from './catalog.ts';
import { openCore } from './core.ts';
import type { Core } from './core.ts';
import { startHttp } from './http.ts';
import type { HttpServer } from './http.ts';
import type { Laps } from './laps.ts';
import { roleParts, workflowRole } from './roles.ts';
import type { Parts, RoleName, RoleParts } from './roles.ts';
import { statusesOf, supervise } from './supervise.ts';
import type { Component, ComponentStatus, SuperviseDeps, Supervised } from './supervise.ts';

export interface EngineOptions {
  readonly roles: readonly RoleName[];
  readonly laps: Laps;
  /** True in production: what cannot start yet is tried again, and a port that is taken is an error. */
  readonly isPatient: boolean;
  /** Health of what runs below the engine; empty in production. */
  readonly below: () => readonly ComponentStatus[];
}

export interface Engine {
  readonly url: string;
  readonly statuses: () => readonly ComponentStatus[];
  /** Null for the workflow worker alone. */
  readonly core: Core | null;
  stop(): Promise<void>;
}

/** Runs the roles in this process. Migrations are applied already. */
export async function startEngine(base: Base, options: EngineOptions): Promise<Engine> {
  const { laps } = options;
  const isBare = options.roles.every((role) => role === 'workflow');
  const core = isBare ? null : openCore(base);
  const shared =
    core === null
      ? null
      : await laps
          .measure('catalog and leases', () => openParts(core, !options.isPatient))
          .catch((error: unknown) => closeAfter(error, core));
  const parts = await Promise.all(
    options.roles.map(async (role): Promise<RoleParts> =>
      role === 'workflow' || shared === null ? workflowRole(base) : roleParts(role, shared),
    ),
  );
  const supervised: Supervised[] = [];
  const components = parts.flatMap((each) => each.components);
  const statuses = (): readonly ComponentStatus[] => [
    ...options.below(),
    ...statusesOf(components, supervised),
  ];
  const onChange = (status: ComponentStatus): void => {
    if (status.state === 'down')
      base.logger.error(
        { component: status.name, detail: status.detail },
        'a component died and is started again',
      );
  };
  const open: Stopping = { http: null, parts, supervised, shared };
  try {
    const http = await startHttp({
      listen: base.config.listen,
      mayMove: !options.isPatient,
      routes: parts.flatMap((each) => each.routes),
      tokens: base.config.tokens,
      components: statuses,
      metrics: base.metrics,
      logger: base.logger,
      redactText: (text) => base.redactor.redactText(text).text,
    });
    open.http = http;
    const start = { clock: base.clock, onChange, isPatient: options.isPatient };
    await laps.measure('workers and loops', () => superviseAll(components, start, supervised));
    return { url: http.url, statuses, core, stop: () => stopEngine(open) };
  } catch (error) {
    await stopEngine(open);
    throw error;
  }
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

async function closeAfter(error: unknown, core: Core): Promise<never> {
  await core.close();
  throw error;
}

async function openParts(core: Core, alone: boolean): Promise<Parts> {
  const catalog = await openCatalog(core);
  return {
    core,
    catalog,
    activities: await openActivityParts(core, catalog),
    wake: { call: () => undefined },
    alone,
  };
}

interface Stopping {
  http: HttpServer | null;
  readonly parts: readonly RoleParts[];
  readonly supervised: readonly Supervised[];
  readonly shared: Parts | null;
}

/** First nothing new comes in, then what is under way ends, then the connections close. */
async function stopEngine({ http, parts, supervised, shared }: Stopping): Promise<void> {
  await http?.close();
  await Promise.all(parts.map((each) => each.drain()));
  await Promise.all(supervised.map((each) => each.stop()));
  await shared?.activities.close();
  await shared?.core.close();
}
