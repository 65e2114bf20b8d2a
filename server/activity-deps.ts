import type { ActivityDeps } from '../activities/deps.ts';
import { createUnderWay } from '../activities/under-way.ts';
import { connectorNamed } from '../connectors/registry.ts';
import type { PrivilegeClass } from '../domain/capability.ts';
import { createEgress } from '../platform/http.ts';
import { stages } from '../platform/metrics.ts';
import type { Metrics, Stage } from '../platform/metrics.ts';
import { createDeployStore } from '../store/deploys.ts';
import { createBoardStore } from '../store/board.ts';
import { openInstance } from '../store/instance.ts';
import type { LoadedCatalog } from './catalog.ts';
import type { Core } from './core.ts';
import { createOriginals } from './originals.ts';
import { activityWorkers } from './workers.ts';
import type { ActivityWorkerDeps, WorkerName } from './workers.ts';

/** True if a connection of this connector is of use to a worker of that name; the others' credentials it never sees. */
export function mayUse(worker: WorkerName, connector: string): boolean {
  const uses: readonly PrivilegeClass[] = activityWorkers[worker].uses;
  const { capabilities = [] } = connectorNamed(connector)?.manifest ?? {};
  return capabilities.some((capability) => uses.includes(capability.privilege));
}

export interface ActivityParts {
  depsFor(worker: WorkerName): ActivityWorkerDeps;
  close(): Promise<void>;
}

/** What the activities of one process share: one egress door, one lease holder, one vault. */
export async function openActivityParts(
  core: Core,
  catalog: LoadedCatalog,
): Promise<ActivityParts> {
  const instance = await openInstance(core.databaseUrl);
  const egress = createEgress({ clock: core.clock, onBreaker: core.metrics.breaker });
  const originals = createOriginals(core, core.db);
  const shared: Omit<ActivityDeps, 'connections'> = {
    db: core.db,
    clock: core.clock,
    egress,
    ports: { board: createBoardStore(core.db), deploys: createDeployStore(core.db) },
    policy: () => catalog.policy,
    redact: originals.redact,
    reveal: originals.reveal,
    instance: instance.id,
    underWay: createUnderWay(),
    observe: (stage, ms) => observe(core.metrics, stage, ms),
    count: core.metrics.outcome,
  };
  return {
    depsFor: (worker) => {
      const own = Object.values(core.config.connections).filter(({ connector }) =>
        mayUse(worker, connector),
      );
      return {
        activities: {
          ...shared,
          connections: new Map(own.map((connection) => [connection.name, connection])),
        },
        originals,
      };
    },
    close: async () => {
      await egress.close();
      await instance.close();
    },
  };
}

function observe(metrics: Metrics, stage: string, ms: number): void {
  if (isStage(stage)) metrics.stage(stage, ms);
}

const isStage = (text: string): text is Stage => stages.some((stage) => stage === text);
