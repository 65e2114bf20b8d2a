import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Clock } from '../platform/clock.ts';
import { failpoint } from '../platform/failpoint.ts';
import { staleBatches, unstampBatch } from '../store/batches.ts';
import type { Database } from '../store/database.ts';
import { readRestored } from '../store/timeline.ts';
import { triageId } from '../workflows/ids.ts';

export interface ReaperDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly client: Client;
}

/** Describes each batch that is stamped for long: one whose execution is closed or was never there is un-stamped. */
export async function reapBatches(
  deps: ReaperDeps,
  { olderThanMs }: { olderThanMs: number },
): Promise<number> {
  // What ran after an older copy was made is unknown to SQL: a person decides first.
  if ((await readRestored(deps.db)) !== null) return 0;
  let reaped = 0;
  for (const batch of await staleBatches(deps.db, olderThanMs)) {
    if (await isRunning(deps.client, batch.id)) continue;
    await deps.db.transaction(async (tx) => {
      await unstampBatch(tx, batch, deps.clock);
      failpoint('reap-before-commit');
    });
    failpoint('reap-after-commit');
    reaped += 1;
  }
  return reaped;
}

async function isRunning(client: Client, batchId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(triageId(batchId)).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
