import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LookupItem } from '../../activities/contract.ts';
import type { Outcome } from '../../domain/run.types.ts';
import { createLogger } from '../../platform/logger.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createConverters } from '../../server/converters.ts';
import { respondId, taskQueues, triageId } from '../../workflows/ids.ts';
import { findingsSignal } from '../../workflows/messages.ts';
import { makeCanaries } from '../support/canaries.ts';
import { openedPayloads } from '../support/leaky-story.ts';
import { aLookup, aPlan, aRun, aTicket, end } from '../support/plans.ts';
import { startWorkflowHost, type WorkflowHost } from '../support/workflow-host.ts';
import { aKeyRing } from '../unit/redaction/a-redactor.ts';

/** Activities that answer and throw secrets; no interceptor redacts them here. What remains is the last look of the engine's converters. */
const [byName, byShape, inError, inSignal, inState] = makeCanaries('last look', [
  'password',
  'gitlab-token',
  'url-password',
  'slack-token',
  'stripe-key',
]);
/** Told by the names of their fields alone: as values they could be any words. */
const plainInState = 'seven calm herons 41';
const plainInSignal = 'eight grey otters 52';
const told = [byName, byShape, inError, inSignal, inState].flatMap((canary) => canary ?? []);
const marker = 'harmless words';
const broken = (): Promise<never> =>
  Promise.reject(
    ApplicationFailure.nonRetryable(`${marker}: ${inError?.text ?? ''}`, 'BROKEN_INVARIANT'),
  );
const lookUp = (items: readonly LookupItem[]): Promise<Outcome[]> =>
  Promise.resolve(
    items.map(() => ({
      kind: 'ok' as const,
      output: { criticality: `${marker} ${byName?.text ?? ''} ${byShape?.text ?? ''}` },
    })),
  );
const nothing = (): Promise<undefined> => Promise.resolve(undefined);

const metrics = createMetrics();
const folder = mkdtempSync(join(tmpdir(), 'sallyport-last-look-'));
const logFile = join(folder, 'log.jsonl');
const logger = createLogger({
  level: 'info',
  file: logFile,
  process: 'test',
  redactText: (text) => text,
});
const converters = createConverters({
  codec: { keyring: aKeyRing(), namespace: 'last-look' },
  metrics,
  logger,
});

let host: WorkflowHost;
beforeAll(async () => {
  host = await startWorkflowHost(
    {
      lookup: { lookupMany: lookUp },
      ticket: { executeMany: broken },
      notify: { executeMany: broken },
      act: { executeMany: broken, openGate: broken },
      record: {
        settleBatch: () => Promise.resolve(),
        recordRun: () => Promise.resolve(),
        castVote: broken,
        judgeVote: broken,
        expireGate: broken,
        remindGate: nothing,
        voidGate: nothing,
      },
    },
    { dataConverter: converters.carried, activityConverter: converters.arriving },
  );
}, 120_000);
afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true });
});

const plan = aPlan({ asset: aLookup('ticket', true), ticket: aTicket('done'), done: end() });

async function history(): Promise<string> {
  const [codec] = converters.carried.payloadCodecs ?? [];
  const payloads = codec === undefined ? [] : await openedPayloads(host.client, codec);
  return payloads.map((payload) => payload.toString()).join('\n');
}

describe('secrets that nothing redacted before', () => {
  it('do not reach history from results, errors, signals or starts; each is counted and told without its value', async () => {
    const run = aRun(plan, { key: 'run_last_look' });
    const facts = {
      ...run.facts,
      note: `${marker}\n${inState?.text ?? ''}`,
      finding: { unmapped: { db_password: plainInState } },
    };
    await host.client.workflow.execute('triage', {
      workflowId: triageId('last-look'),
      taskQueue: taskQueues.workflow,
      args: [
        {
          schema: 1,
          batchId: 'last-look',
          tenant: 'main',
          plans: { [run.plan.digest]: plan },
          runs: [{ ...run, facts }],
        },
      ],
    });
    const moved = host.client.workflow.getHandle(respondId(run.key));
    await moved
      .signal(findingsSignal, { id: 'f1', incident: { note: inSignal?.text ?? '' } })
      .catch(() => undefined);
    await host.client.workflow
      .start('respond', {
        workflowId: 'signalled',
        taskQueue: 'nobody-polls',
        args: [{ schema: 1, plan, state: run, parked: null }],
      })
      .then((handle) =>
        handle.signal(findingsSignal, {
          id: 'f2',
          incident: { note: inSignal?.text ?? '', login: { pwd: plainInSignal } },
        }),
      );
    // Executions come to the list of all some time after their start, and in no order.
    const complete = async (): Promise<boolean> => {
      const stored = await history();
      return stored.includes(`${marker}: `) && stored.includes('"pwd":');
    };
    await expect.poll(complete, { timeout: 60_000 }).toBe(true);
    const stored = await history();
    expect(told).toHaveLength(5);
    for (const { kind, secret } of told) expect(stored.includes(secret), kind).toBe(false);
    expect(stored.includes(plainInState) || stored.includes(plainInSignal)).toBe(false);
    expect(stored).toContain('"pwd":"[redacted:password]"');
    expect(stored).toContain('[redacted:password]');
    expect(stored).toContain('[redacted:url-password]');
    expect(stored).toContain('[redacted:slack-token]');

    const { text } = await metrics.render();
    for (const kind of ['password', 'gitlab-token', 'url-password', 'slack-token'])
      expect(text).toContain(`sallyport_outcomes_total{what="late-redaction",outcome="${kind}"}`);
    const said = readFileSync(logFile, 'utf8');
    expect(said).toContain('just before Temporal stored it');
    for (const { kind, secret } of told) expect(said.includes(secret), kind).toBe(false);
  }, 120_000);
});
