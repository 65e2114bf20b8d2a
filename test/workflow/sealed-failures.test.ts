import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataConverter } from '../../platform/payload-codec.ts';
import { respondId, taskQueues, triageId } from '../../workflows/ids.ts';
import type { RespondInput, TriageInput } from '../../workflows/messages.ts';
import { aLookup, aPlan, aRun, aTicket, end } from '../support/plans.ts';
import { findLeaks } from '../support/canaries.ts';
import {
  startWorkflowHost,
  type FakeActivities,
  type WorkflowHost,
} from '../support/workflow-host.ts';

/** What an error may hold by mistake. Redaction is the first layer; here only the second one is looked at. */
const told = { kind: 'message', secret: 'Kx7-the-words-of-an-error-Q2', text: '' };
const broken = (): Promise<never> =>
  Promise.reject(ApplicationFailure.nonRetryable(`it said ${told.secret}`, 'BROKEN_INVARIANT'));
const execute = { executeMany: broken };
const activities: FakeActivities = {
  lookup: { lookupMany: broken },
  ticket: execute,
  notify: execute,
  act: { ...execute, openGate: broken },
  record: {
    settleBatch: () => Promise.resolve(),
    recordRun: broken,
    castVote: broken,
    judgeVote: broken,
    expireGate: broken,
    remindGate: broken,
    voidGate: broken,
  },
};

let host: WorkflowHost;
beforeAll(async () => {
  const keyring = { current: 'k1', keys: { k1: new Uint8Array(32).fill(7) } };
  host = await startWorkflowHost(activities, {
    dataConverter: createDataConverter({ keyring, namespace: 'sallyport' }),
  });
}, 120_000);
afterAll(() => host.stop());

const plan = aPlan({ asset: aLookup('ticket'), ticket: aTicket('done'), done: end() });

/** Payloads are base64 in it, which a search for leaks sees through. */
async function storedHistory(workflowId: string): Promise<Buffer> {
  const history = await host.client.workflow.getHandle(workflowId).fetchHistory();
  return Buffer.from(historyToJSON(history));
}

/** The messages of an error and of everything that caused it. */
function messagesOf(error: unknown): readonly string[] {
  return error instanceof Error ? [error.message, ...messagesOf(error.cause)] : [];
}

describe('what history holds of a failure', () => {
  it('an activity’s message is sealed', async () => {
    const run = aRun(plan, { key: 'run_sealed_1' });
    const input: TriageInput = {
      schema: 1,
      batchId: 'sealed',
      tenant: 'main',
      plans: { [run.plan.digest]: plan },
      runs: [run],
    };
    const started = { workflowId: triageId('sealed'), taskQueue: taskQueues.workflow };
    await host.client.workflow.execute('triage', { ...started, args: [input] });
    const bytes = await storedHistory(triageId('sealed'));
    expect(bytes.toString()).toContain('EVENT_TYPE_ACTIVITY_TASK_FAILED');
    expect(findLeaks(bytes, [told])).toEqual([]);
  });

  it('a workflow’s message and its causes are sealed, and its client can read them', async () => {
    const workflowId = respondId('run_sealed_2');
    const input: RespondInput = {
      schema: 1,
      plan,
      state: aRun(plan, { key: 'run_sealed_2' }),
      parked: `it broke on ${told.secret}`,
    };
    const started = { workflowId, taskQueue: taskQueues.workflow };
    const error: unknown = await host.client.workflow
      .execute('respond', { ...started, args: [input] })
      .catch((reason: unknown) => reason);
    expect(messagesOf(error).join(' / ')).toContain(told.secret);
    const bytes = await storedHistory(workflowId);
    expect(bytes.toString()).toContain('EVENT_TYPE_WORKFLOW_EXECUTION_FAILED');
    expect(findLeaks(bytes, [told])).toEqual([]);
    expect(bytes.includes('Activity task failed')).toBe(false);
  });

  it('the message of an error in workflow code is sealed', async () => {
    const workflowId = respondId('run_sealed_3');
    const state = { ...aRun(plan, { key: 'run_sealed_3' }), cursor: `no-step-${told.secret}` };
    const input: RespondInput = { schema: 1, plan, state, parked: null };
    const started = { workflowId, taskQueue: taskQueues.workflow };
    const handle = await host.client.workflow.start('respond', { ...started, args: [input] });
    await expect
      .poll(async () => (await storedHistory(workflowId)).toString(), { timeout: 20_000 })
      .toContain('EVENT_TYPE_WORKFLOW_TASK_FAILED');
    expect(findLeaks(await storedHistory(workflowId), [told])).toEqual([]);
    await handle.terminate();
  });
});
