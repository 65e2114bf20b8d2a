import { exportHistory } from '../audit/history-export.ts';
import type { HistoryDeps } from '../audit/history-export.ts';

/** Queue `record`: an execution stores its own events before it rolls over or closes; the sweep stores the final ones. */
export interface HistoryActivities {
  exportHistory(execution: { readonly workflowId: string; readonly runId: string }): Promise<void>;
}

export function createHistoryActivities(deps: HistoryDeps): HistoryActivities {
  return {
    exportHistory: async ({ workflowId, runId }) => void (await exportHistory(deps, { workflowId, runId, closed: false })),
  };
}
