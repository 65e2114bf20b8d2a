import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { closingOf } from '../domain/incident.ts';
import { createRun } from '../domain/run.ts';
import type { RunState } from '../domain/run.types.ts';
import { runFacts } from '../domain/triage.ts';
import { readPlan } from '../domain/upcast.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import { openRuns, resetRun, type OpenRun } from '../store/lost-runs.ts';
import { readRestored } from '../store/timeline.ts';
import { taskQueues } from '../workflows/ids.ts';
import { cancelSignal, type RespondInput } from '../workflows/messages.ts';
import { factsOf, factsSql, type FactRow } from '../store/incident-facts.ts';

export interface RunReaperDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly client: Client;
}

export const runReaperLimits = {
  /** Executions described per round, so that ten thousand open gates cost a trickle. */
  perRound: 50,
  /** Younger runs may be between their row and their execution. */
  olderThanMs: 30_000,
} as const;

export interface RunRound {
  /** Where the next round goes on: the empty string once all were seen. */
  readonly next: string;
  /** How many began again. */
  readonly begun: number;
}

/**
 * Describes runs of their own in rounds. One whose execution is closed or absent (terminated, Temporal's file lost)
 * begins again. One whose incident was closed is told to stop: whoever closed it could not reach it then, or it began again.
 */
export async function reapRuns(
  deps: RunReaperDeps,
  round: { after: string; limit: number; olderThanMs: number },
): Promise<RunRound> {
  // What ran after an older copy was made is unknown to SQL: a person decides first.
  if ((await readRestored(deps.db)) !== null) return { next: '', begun: 0 };
  const runs = await openRuns(deps.db, round);
  let begun = 0;
  for (const run of runs) {
    if (!(await isRunning(deps.client, run.workflow_id))) {
      await beginAgain(deps, run);
      begun += 1;
    }
    if (run.unwanted) await stop(deps.client, run);
  }
  return { next: runs.length < round.limit ? '' : (runs.at(-1)?.key ?? ''), begun };
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function stop(client: Client, run: OpenRun): Promise<void> {
  try {
    await client.workflow
      .getHandle(run.workflow_id)
      .signal(cancelSignal, closingOf(run.incident_id));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function beginAgain({ db, clock, client }: RunReaperDeps, run: OpenRun): Promise<void> {
  const state = await db.transaction(async (tx) => {
    const [row] = await tx.query<FactRow>(
      `select i.*, ${factsSql('i')} as facts from incidents i where i.id = $1`,
      [run.incident_id],
    );
    if (row === undefined || !(await resetRun(tx, run, clock))) return null;
    return stateOf(run, row);
  });
  if (state === null) return;
  const input: RespondInput = { schema: 1, plan: readPlan(run.plan), state, parked: null };
  try {
    await client.workflow.start('respond', {
      workflowId: run.workflow_id,
      taskQueue: taskQueues.workflow,
      args: [input],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function stateOf(run: OpenRun, row: FactRow): RunState {
  return createRun(readPlan(run.plan), {
    key: run.key,
    tenant: run.tenant,
    incidentId: run.incident_id,
    incidentNumber: row.number,
    planDigest: run.plan_digest,
    policyDigest: run.policy_digest,
    requester: run.requester,
    rehearsal: run.rehearsal,
    facts: runFacts(factsOf(row), run.trace),
    receivedAtMs: run.received_at.getTime(),
  });
}
