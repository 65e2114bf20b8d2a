import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { respondId, taskQueues } from '../../workflows/ids.ts';
import { cancelSignal } from '../../workflows/messages.ts';
import { aRun, containPlan } from '../support/plans.ts';
import { startWorkflowHost, workflowBundle, type WorkflowHost } from '../support/workflow-host.ts';
import { goldenActivities } from './scenarios.ts';

/** With CEL loaded by each instance it is 1.4 MB, and a worker holds 200 of them. */
const bundleBytesMax = 6_500_000;
const instanceBytesMax = 400_000;
const instances = 40;

let host: WorkflowHost;
beforeAll(async () => {
  host = await startWorkflowHost(goldenActivities(), { debugMode: true });
}, 120_000);
afterAll(() => host.stop());

setFlagsFromString('--expose-gc');
// The flag counts for contexts made after it.
const collect = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

async function waitingRuns(prefix: string, count: number): Promise<readonly string[]> {
  const plan = containPlan(true);
  const keys = Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
  for (const key of keys) {
    const input = { schema: 1, plan, state: aRun(plan, { key }), parked: null } as const;
    const started = { workflowId: respondId(key), taskQueue: taskQueues.workflow };
    await host.client.workflow.start('respond', { ...started, args: [input] });
  }
  for (const key of keys)
    await expect
      .poll(() => host.client.workflow.getHandle(respondId(key)).query('state'), {
        timeout: 30_000,
      })
      .toMatchObject({ status: 'waiting' });
  return keys;
}

describe('what the workflow code costs', () => {
  it('is a bundle within its bound', async () => {
    const { code } = (await workflowBundle()) as { readonly code: string };
    expect(code.length).toBeLessThan(bundleBytesMax);
  });

  it('is little memory for each run that waits at a gate', async () => {
    const warm = await waitingRuns('warm', 2);
    const before = heapBytes();
    const keys = await waitingRuns('held', instances);
    const each = (heapBytes() - before) / instances;
    expect(each).toBeGreaterThan(5_000);
    expect(each).toBeLessThan(instanceBytesMax);
    const done = [...warm, ...keys].map((key) =>
      host.client.workflow
        .getHandle(respondId(key))
        .signal(cancelSignal, { id: 'c', reason: 'measured' }),
    );
    await Promise.all(done);
  });
});
