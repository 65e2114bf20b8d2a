import type { RunReport } from '../domain/run.types.ts';
import { closeBatch, isOver, saveRuns, settleIncidents } from '../store/runs.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { RecordActivities } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { createVoteActivities } from './judge-vote.ts';
import { observeStages } from './stages.ts';

/** The database's own worker: what became of runs and batches, and everything about gates. */
export function createRecordActivities(
  deps: Pick<ActivityDeps, 'db' | 'clock' | 'observe' | 'count'>,
): RecordActivities {
  return {
    ...createVoteActivities(deps),
    settleBatch: async ({ batchId, runs }) => {
      const point = runs.some((run) => run.movedTo !== null) ? 'hand-over' : 'settle';
      const incidents = [...new Set(runs.map((run) => run.report.incidentId))];
      const reports = runs.map((run) => run.report);
      const written = await deps.db.transaction(async (tx) => {
        const keys = await saveRuns(tx, runs, deps.clock);
        const decidedMs = await settleIncidents(tx, { reports, batchId }, deps.clock);
        await closeBatch(tx, batchId);
        failpoint(`${point}-before-commit`);
        return { keys, decidedMs };
      });
      failpoint(`${point}-after-commit`);
      tell(deps, reports, written);
      await observeStages(deps, incidents);
    },
    recordRun: async (report) => {
      const written = await deps.db.transaction(async (tx) => {
        const keys = await saveRuns(tx, [{ report, movedTo: null, why: '' }], deps.clock);
        const order = { reports: [report], batchId: null };
        const decidedMs = await settleIncidents(tx, order, deps.clock);
        failpoint('record-before-commit');
        return { keys, decidedMs };
      });
      failpoint('record-after-commit');
      tell(deps, [report], written);
    },
  };
}

interface Written {
  readonly keys: ReadonlySet<string>;
  readonly decidedMs: readonly number[];
}

/** To the metrics, and only of what this write changed: a repeat counts nothing twice. */
function tell(
  { count, observe }: Pick<ActivityDeps, 'observe' | 'count'>,
  reports: readonly RunReport[],
  { keys, decidedMs }: Written,
): void {
  for (const report of reports)
    if (keys.has(report.key) && isOver(report)) count('run', report.status);
  for (const ms of decidedMs) observe('decided', ms);
}
