import type { RunReport } from '../domain/run.types.ts';
import { voidOpenGates } from '../store/gates.ts';
import { closeBatch, isOver, saveRuns, settleIncidents } from '../store/runs.ts';
import type { StageTime } from '../store/runs.ts';
import { failpoint } from '../platform/failpoint.ts';
import type { RecordActivities } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { createVoteActivities } from './judge-vote.ts';

/** The database's own worker: what became of runs and batches, and everything about gates. */
export function createRecordActivities(
  deps: Pick<ActivityDeps, 'db' | 'clock' | 'observe' | 'count'>,
): RecordActivities {
  return {
    ...createVoteActivities(deps),
    settleBatch: async ({ batchId, runs }) => {
      const point = runs.some((run) => run.movedTo !== null) ? 'hand-over' : 'settle';
      const reports = runs.map((run) => run.report);
      const written = await deps.db.transaction(async (tx) => {
        const keys = await saveRuns(tx, runs, deps.clock);
        const times = await settleIncidents(tx, { reports, batchId }, deps.clock);
        await closeBatch(tx, batchId);
        failpoint(`${point}-before-commit`);
        return { keys, times };
      });
      failpoint(`${point}-after-commit`);
      tell(deps, reports, written);
    },
    recordRun: async (report) => {
      const written = await deps.db.transaction(async (tx) => {
        const keys = await saveRuns(tx, [{ report, movedTo: null, why: '' }], deps.clock);
        const order = { reports: [report], batchId: null };
        const times = await settleIncidents(tx, order, deps.clock);
        if (isOver(report)) await voidOpenGates(tx, endOf(report), deps.clock);
        failpoint('record-before-commit');
        return { keys, times };
      });
      failpoint('record-after-commit');
      tell(deps, [report], written);
    },
  };
}

const endOf = ({ key, status }: RunReport): { runKey: string; reason: string } => ({
  runKey: key,
  reason: status === 'cancelled' ? 'the run was cancelled' : `the run is ${status}`,
});

interface Written {
  readonly keys: ReadonlySet<string>;
  readonly times: readonly StageTime[];
}

/** To the metrics, and only of what this write changed: a repeat counts nothing twice. */
function tell(
  { count, observe }: Pick<ActivityDeps, 'observe' | 'count'>,
  reports: readonly RunReport[],
  { keys, times }: Written,
): void {
  for (const report of reports)
    if (keys.has(report.key) && isOver(report)) count('run', report.status);
  for (const { stage, ms } of times) observe(stage, ms);
}
