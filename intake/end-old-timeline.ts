import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import { readRestored, readTimeline, writeTimeline } from '../store/timeline.ts';
import { reapBatches } from './reaper.ts';

export interface OldTimelineDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly client: Client;
}

const bounds = {
  /** What is listed may lag behind what was started. */
  passesMax: 20,
  atOnce: 16,
} as const;

/**
 * After a recovery: ends every execution that belongs to the time that SQL has lost, since it would go on from a state
 * that is nowhere written any more. Its runs, as far as SQL knows them, then begin again. True where it did that.
 */
export async function endOldTimeline(deps: OldTimelineDeps): Promise<boolean> {
  if ((await readRestored(deps.db)) !== null) return false;
  const timeline = await readTimeline(deps.db, '');
  if (timeline.began === null || timeline.began.swept) return false;
  for (let pass = 0; pass < bounds.passesMax && (await endRunning(deps.client)) > 0; pass += 1);
  await reapBatches(deps, { olderThanMs: 0 });
  await writeTimeline(deps.db, { ...timeline, began: { ...timeline.began, swept: true } });
  return true;
}

/** Gives how many were found running. */
async function endRunning(client: Client): Promise<number> {
  const query = `ExecutionStatus = 'Running' and (WorkflowType = 'triage' or WorkflowType = 'respond')`;
  let found = 0;
  let ending: Promise<void>[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    found += 1;
    ending.push(end(client, { workflowId, runId }));
    if (ending.length < bounds.atOnce) continue;
    await Promise.all(ending);
    ending = [];
  }
  await Promise.all(ending);
  return found;
}

async function end(
  client: Client,
  execution: { workflowId: string; runId: string },
): Promise<void> {
  try {
    await client.workflow
      .getHandle(execution.workflowId, execution.runId)
      .terminate('the database was restored from an older copy');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
