import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { partitionsAnew } from '../../server/temporal-partitions.ts';
import { taskQueues } from '../../workflows/ids.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await startTestTemporal();
});
afterAll(() => temporal.stop());

it('a server divides no task queue into more parts than it was told to', async () => {
  const connection = await Connection.connect({ address: temporal.address });
  const known = await connection.workflowService.listTaskQueuePartitions({
    namespace: temporal.namespace,
    taskQueue: { name: taskQueues.workflow },
  });
  await connection.close();
  expect(known.workflowTaskQueuePartitions).toHaveLength(partitionsAnew);
  expect(known.activityTaskQueuePartitions).toHaveLength(partitionsAnew);
});
