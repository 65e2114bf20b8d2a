import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../server/workflow-bundle.ts';
import { workflowBundle } from '../support/workflow-host.ts';

/** Recorded by `record.ts` from real executions. Each must go on under today's code, or those that run now break. */
const folder = new URL('./histories/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
const historyNamed = (name: string): History =>
  historyFromJSON(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')));

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

describe('golden histories', () => {
  it('tell every story of a run', () => {
    expect(names.toSorted()).toEqual([
      'acts',
      'batch',
      'branches',
      'by-signal',
      'by-signed-signal',
      'cancelled',
      'expires',
      'flaky',
      'poisoned',
      'undoes',
    ]);
  });

  it.each(names)('%s replays under the code of today', async (name) => {
    const options = { workflowBundle: await workflowBundle() };
    await Worker.runReplayHistory(options, historyNamed(name), `golden/${name}`);
  });

  it('a changed workflow fails on every one of them', async () => {
    const changed = await bundleWorkflows(new URL('./changed-workflows.ts', import.meta.url));
    for (const name of names) {
      const replay = Worker.runReplayHistory(
        { workflowBundle: changed },
        historyNamed(name),
        `changed/${name}`,
      );
      await expect(replay, name).rejects.toThrow(DeterminismViolationError);
    }
  });
});
