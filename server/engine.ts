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
import { installSdkLogging } from './sdk-logging.ts';
import { supervise } from './supervise.ts';
import type { ComponentStatus, Supervised } from './supervise.ts';

export interface EngineOptions {
  readonly roles: readonly RoleName[];
  readonly laps: Laps;
  /** True in production: what cannot start yet is tried again. */
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
  installSdkLogging(base.logger);
  const isBare = options.roles.every((role) => role === 'workflow');
  const core = isBare ? null : openCore(base);
  const shared = core === null ? null : await laps.measure('catalog and leases', () => openParts(core, !options.isPatient));
  const parts = await Promise.all(options.roles.map((role): RoleParts | Promise<RoleParts> => (role === 'workflow' || shared === null ? workflowRole(base) : roleParts(role, shared))));
  const supervised: Supervised[] = [];
  const statuses = (): readonly ComponentStatus[] => [...options.below(), ...supervised.map((each) => each.status())];
  const onChange = (status: ComponentStatus): void => {
    base.metrics.component(status.name, status.state === 'up');
    if (status.state === 'down') base.logger.error({ component: status.name, detail: status.detail }, 'a component died and is started again');
  };
  const http = await startHttp({ listen: base.config.listen, routes: parts.flatMap((each) => each.routes), tokens: base.config.tokens, components: statuses, metrics: base.metrics, logger: base.logger });
  await laps.measure('workers and loops', async () => {
    const components = parts.flatMap((each) => each.components);
    supervised.push(...(await Promise.all(components.map((component) => supervise(component, { clock: base.clock, onChange, isPatient: options.isPatient })))));
  });
  return { url: http.url, statuses, core, stop: () => stopEngine({ http, parts, supervised, shared }) };
}

async function openParts(core: Core, alone: boolean): Promise<Parts> {
  const catalog = await openCatalog(core);
  return { core, catalog, activities: await openActivityParts(core, catalog), wake: { call: () => undefined }, alone };
}

interface Stopping {
  readonly http: HttpServer;
  readonly parts: readonly RoleParts[];
  readonly supervised: readonly Supervised[];
  readonly shared: Parts | null;
}

/** First nothing new comes in, then what is under way ends, then the connections close. */
async function stopEngine({ http, parts, supervised, shared }: Stopping): Promise<void> {
  await http.close();
  await Promise.all(parts.map((each) => each.drain()));
  await Promise.all(supervised.map((each) => each.stop()));
  await shared?.activities.close();
  await shared?.core.close();
}
