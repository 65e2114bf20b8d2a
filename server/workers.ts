import { Worker } from '@temporalio/worker';
import type { NativeConnection, WorkerOptions, WorkflowBundleOption } from '@temporalio/worker';
import { createEffectActivities } from '../activities/executor.ts';
import { failureInterceptor } from '../activities/failure-interceptor.ts';
import { createGateActivities } from '../activities/gate.ts';
import { heartbeatInterceptor } from '../activities/heartbeat-interceptor.ts';
import { createLookupActivities } from '../activities/lookup.ts';
import { createRecordActivities } from '../activities/record.ts';
import { createRedactingInterceptor } from '../activities/redacting-interceptor.ts';
import type { ActivityDeps } from '../activities/deps.ts';
import type { PrivilegeClass } from '../domain/capability.ts';
import { taskQueues } from '../workflows/ids.ts';
import type { Base } from './base.ts';
import type { Originals } from './originals.ts';
import { connectWorker } from './worker-connection.ts';
import type { Component } from './supervise.ts';
import { bundleWorkflows } from './workflow-bundle.ts';

/** Where the workers of one power poll, what they can do, and whose credentials they need. */
interface WorkerRow {
  readonly queue: string;
  readonly activities: (deps: ActivityDeps) => object;
  readonly uses: readonly PrivilegeClass[];
}

export const activityWorkers = {
  lookup: { queue: taskQueues.lookup, activities: createLookupActivities, uses: ['lookup'] },
  ticket: { queue: taskQueues.ticket, activities: createEffectActivities, uses: ['ticket'] },
  notify: { queue: taskQueues.notify, activities: createEffectActivities, uses: ['notify'] },
  // Orders are prepared, and preconditions read anew, where actions are done.
  act: {
    queue: taskQueues.act,
    activities: (deps) => ({ ...createEffectActivities(deps), ...createGateActivities(deps) }),
    uses: ['act', 'lookup'],
  },
  record: { queue: taskQueues.record, activities: createRecordActivities, uses: [] },
} as const satisfies Record<string, WorkerRow>;

export type WorkerName = keyof typeof activityWorkers;

/** A killed worker's workflows wait this long for it before another takes them. */
const stickyTimeout = '1s';
const shutdownGrace = '3s';
const shutdownForce = '6s';
const cachedWorkflowsMax = 200;
const activitiesAtOnceMax = 16;

/** Holds no credentials but the payload keys and reaches only Temporal. */
export function workflowWorker(base: Base): Component {
  let bundle: WorkflowBundleOption | null =
    base.workflowBundle === null ? null : { codePath: base.workflowBundle };
  return workerComponent(base, 'workflow-worker', async () => ({
    workflowBundle: (bundle ??= await bundleWorkflows()),
    taskQueue: taskQueues.workflow,
    dataConverter: base.converters.carried,
    stickyQueueScheduleToStartTimeout: stickyTimeout,
    maxCachedWorkflows: cachedWorkflowsMax,
  }));
}

export interface ActivityWorkerDeps {
  readonly activities: ActivityDeps;
  readonly originals: Originals;
}

export function activityWorker(base: Base, name: WorkerName, deps: ActivityWorkerDeps): Component {
  const row: WorkerRow = activityWorkers[name];
  const redacting = createRedactingInterceptor({
    redactor: base.redactor,
    keep: deps.originals.keep,
  });
  return workerComponent(base, `${name}-worker`, async () => ({
    taskQueue: row.queue,
    dataConverter: base.converters.arriving,
    activities: row.activities(deps.activities),
    maxConcurrentActivityTaskExecutions: activitiesAtOnceMax,
    maxHeartbeatThrottleInterval: '1s',
    interceptors: {
      activity: [
        () => ({ inbound: failureInterceptor }),
        (context) => ({ inbound: heartbeatInterceptor(context) }),
        () => ({ inbound: flushing(deps.originals) }),
        () => ({ inbound: redacting }),
      ],
    },
  }));
}

/** The originals of what an activity redacted are in the vault before its answer is in history. */
function flushing(originals: Originals): ReturnType<typeof createRedactingInterceptor> {
  return {
    execute: async (input, next) => {
      try {
        return await next(input);
      } finally {
        await originals.flush();
      }
    },
  };
}

type OwnOptions = Omit<WorkerOptions, 'connection'> &
  Required<Pick<WorkerOptions, 'dataConverter'>>;

function workerComponent(base: Base, name: string, options: () => Promise<OwnOptions>): Component {
  return {
    name,
    start: async () => {
      const own = await options();
      const connection = await connectWorker(base);
      const worker = await createWorker(base, connection, own).catch(async (error: unknown) => {
        await connection.close();
        throw error;
      });
      const ended = worker.run().then(
        () => 'shut down',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const closed = ended.then(async (how) => {
        await connection.close().catch(() => undefined);
        return how;
      });
      const stop = async (): Promise<void> => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
        await closed;
      };
      return { ended: closed, stop };
    },
  };
}

async function createWorker(
  base: Base,
  connection: NativeConnection,
  options: OwnOptions,
): Promise<Worker> {
  return Worker.create({
    ...options,
    connection,
    namespace: base.config.temporal.namespace,
    shutdownGraceTime: shutdownGrace,
    shutdownForceTime: shutdownForce,
  });
}
