import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { idOf } from '../domain/digest.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import type { RunState } from '../domain/run.types.ts';
import { builtIn } from '../domain/triage.ts';
import type { Sql } from '../store/database.ts';
import { findingsSignal } from '../workflows/messages.ts';
import { isAway } from './away.ts';

interface Listener {
  readonly incident_id: string;
  readonly workflow_id: string;
}

interface TellDeps {
  readonly db: Sql;
  readonly client: Client;
  readonly log: (problem: string, error: unknown) => void;
}

/**
 * Tells runs that still wait what changed about their incident, so that later steps read it: at most one signal per run
 * and batch, which is once in 1 → 5 → 30 s. A run that is gone needs none: its incident was due, and this batch follows up.
 * The same twice counts once. Throws where PostgreSQL or Temporal is away.
 */
export async function tellRuns(deps: TellDeps, runs: readonly RunState[]): Promise<void> {
  const news = new Map(runs.flatMap(newsOf));
  if (news.size === 0) return;
  const listeners = await deps.db.query<Listener>(
    `select incident_id, workflow_id from runs where incident_id = any($1) and host = 'respond' and ended_at is null`,
    [[...news.keys()]],
  );
  await Promise.all(
    listeners.map(async ({ incident_id: id, workflow_id: workflowId }) => {
      const incident = news.get(id);
      if (incident !== undefined) await tell(deps, workflowId, incident);
    }),
  );
}

/** Nothing where the batch is the incident's first: nobody waits yet. */
function newsOf({ incidentId, plan, facts }: RunState): [string, JsonObject][] {
  const { incident } = facts;
  if (!isObject(incident)) return [];
  const isFirst = incident['count'] === 1 && plan.name !== builtIn.followUp;
  return isFirst ? [] : [[incidentId, incident]];
}

async function tell(deps: TellDeps, workflowId: string, incident: JsonObject): Promise<void> {
  const id = idOf('news', 'sallyport/news/v1', incident);
  try {
    await deps.client.workflow.getHandle(workflowId).signal(findingsSignal, { id, incident });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return;
    if (isAway(error)) throw error;
    deps.log(`${workflowId} could not be told what changed`, error);
  }
}
