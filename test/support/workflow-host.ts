import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import type {
  EffectActivities,
  GateActivities,
  LookupActivities,
  RecordActivities,
} from '../../activities/contract.ts';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflows } from '../../server/workflow-bundle.ts';
import { taskQueues } from '../../workflows/ids.ts';
import { startTestTemporal } from './temporal.ts';

export interface FakeActivities {
  readonly lookup: LookupActivities;
  readonly ticket: EffectActivities;
  readonly notify: EffectActivities;
  readonly act: EffectActivities & GateActivities;
  readonly record: RecordActivities;
}

export interface HostOptions {
  readonly dataConverter?: DataConverter;
  /** Of the workers of activities, where they have one of their own. */
  readonly activityConverter?: DataConverter;
  /** Runs workflow code in this thread, where its memory can be measured. */
  readonly debugMode?: boolean;
  /** Left out: the one of `workflowBundle`. */
  readonly bundle?: WorkflowBundle;
}

export interface WorkflowHost {
  readonly client: Client;
  readonly bundle: WorkflowBundle;
  stop(): Promise<void>;
}

let bundled: Promise<WorkflowBundle> | null = null;

/** The real workflow bundle, the one that the bootstrap made where it ran. */
export function workflowBundle(): Promise<WorkflowBundle> {
  bundled ??= makeBundle();
  return bundled;
}

async function makeBundle(): Promise<WorkflowBundle> {
  const made = process.env['SALLYPORT_WORKFLOW_BUNDLE'];
  if (made !== undefined) return { code: await readFile(made, 'utf8') };
  return bundleWorkflows();
}

/** A real dev server and real workers around activities that the test gives. */
export async function startWorkflowHost(
  activities: FakeActivities,
  options: HostOptions = {},
): Promise<WorkflowHost> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const server = await startTestTemporal();
  const bundle = options.bundle ?? (await workflowBundle());
  const native = await NativeConnection.connect({ address: server.address });
  const connection = await Connection.connect({ address: server.address });
  const { dataConverter, activityConverter = dataConverter, debugMode = false } = options;
  const arriving = activityConverter === undefined ? {} : { dataConverter: activityConverter };
  const sealing = dataConverter === undefined ? {} : { dataConverter };
  const base = { connection: native, namespace: server.namespace, ...sealing };
  const workers = [
    await Worker.create({
      ...base,
      taskQueue: taskQueues.workflow,
      workflowBundle: bundle,
      debugMode,
    }),
  ];
  for (const name of ['lookup', 'ticket', 'notify', 'act', 'record'] as const) {
    workers.push(
      await Worker.create({
        ...base,
        ...arriving,
        taskQueue: taskQueues[name],
        activities: { ...activities[name] },
      }),
    );
  }
  const running = workers.map((worker) => worker.run());
  return {
    client: new Client({ connection, namespace: server.namespace, ...sealing }),
    bundle,
    stop: async () => {
      workers.forEach((worker) => worker.shutdown());
      await Promise.all(running);
      await connection.close();
      await native.close();
      await server.stop();
    },
  };
}
