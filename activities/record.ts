import { closeBatch, saveRuns, settleIncidents } from '../store/runs.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { RecordActivities } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { createVoteActivities } from './judge-vote.ts';
import { observeStages } from './stages.ts';

/** The database's own worker: what became of runs and batches, and everything about gates. */
export function createRecordActivities(
  deps: Pick<ActivityDeps, 'db' | 'clock' | 'observe'>,
): RecordActivities {
  return {
    ...createVoteActivities(deps),
    settleBatch: async ({ batchId, runs }) => {
      const point = runs.some((run) => run.movedTo !== null) ? 'hand-over' : 'settle';
      const incidents = [...new Set(runs.map((run) => run.report.incidentId))];
      await deps.db.transaction(async (tx) => {
        await saveRuns(tx, runs, deps.clock);
        await settleIncidents(tx, { reports: runs.map((run) => run.report), batchId }, deps.clock);
        await closeBatch(tx, batchId);
        failpoint(`${point}-before-commit`);
      });
      failpoint(`${point}-after-commit`);
      await observeStages(deps, incidents);
    },
    recordRun: async (report) => {
      await deps.db.transaction(async (tx) => {
        await saveRuns(tx, [{ report, movedTo: null, why: '' }], deps.clock);
        await settleIncidents(tx, { reports: [report], batchId: null }, deps.clock);
        failpoint('record-before-commit');
      });
      failpoint('record-after-commit');
    },
  };
}
