import type { Client } from '@temporalio/client';
import type { Plan } from '../../domain/plan.ts';
import type { RunState } from '../../domain/run.types.ts';
import { taskQueues, triageId } from '../../workflows/ids.ts';
import type { TriageInput } from '../../workflows/messages.ts';
import { aLookup, aPlan, aRun, aTicket, end } from './plans.ts';

/** A lookup and a ticket: a plan that a batch hosts to its end. */
export const quick = aPlan({ asset: aLookup('ticket'), ticket: aTicket('done'), done: end() });

let counter = 0;

/** Runs with keys that no other call gives. */
export function runsOf(plan: Plan, count: number): RunState[] {
  counter += 1;
  return Array.from({ length: count }, (_, index) =>
    aRun(plan, { key: `run_${counter}_${index}`, incidentId: `inc_${counter}_${index}` }),
  );
}

/** Hosts the runs in one batch, until the batch has ended. */
export async function triage(client: Client, plan: Plan, runs: readonly RunState[]): Promise<void> {
  counter += 1;
  const input: TriageInput = {
    schema: 1,
    batchId: `b${counter}`,
    tenant: 'main',
    plans: { ['d'.repeat(64)]: plan },
    runs,
  };
  await client.workflow.execute('triage', {
    workflowId: triageId(input.batchId),
    taskQueue: taskQueues.workflow,
    args: [input],
  });
}
