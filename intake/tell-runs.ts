import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { isObject, type JsonObject } from '../domain/json.ts';
import type { RunState } from '../domain/run.types.ts';
import type { Sql } from '../store/database.ts';
import { findingsSignal } from '../workflows/messages.ts';

interface Listener {
  readonly incident_id: string;
  readonly workflow_id: string;
}

/**
 * Tells runs that still wait what changed about their incident, so that later steps read it: at most one signal per run
 * and batch, which is once in 1 → 5 → 30 s. A run that is gone needs none: its incident was due, and this batch follows up.
 */
export async function tellRuns(
  { db, client }: { readonly db: Sql; readonly client: Client },
  runs: readonly RunState[],
): Promise<void> {
  const facts = new Map(runs.map((run) => [run.incidentId, run.facts['incident']]));
  const listeners = await db.query<Listener>(
    `select incident_id, workflow_id from runs where incident_id = any($1) and host = 'respond' and ended_at is null`,
    [[...facts.keys()]],
  );
  for (const { incident_id: id, workflow_id: workflowId } of listeners) {
    const incident = facts.get(id);
    if (isObject(incident)) await signal(client, workflowId, incident);
  }
}

async function signal(client: Client, workflowId: string, incident: JsonObject): Promise<void> {
  const id = `findings/${JSON.stringify([incident['count'], incident['severity']])}`;
  try {
    await client.workflow.getHandle(workflowId).signal(findingsSignal, { id, incident });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
