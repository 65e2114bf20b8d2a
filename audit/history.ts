import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { SallyportError } from '../domain/errors.ts';
import type { Entry } from '../domain/entry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import { fetchHistory, loadExport } from './history-export.ts';
import { cutToRuns } from './history/cut.ts';
import { openHistory } from './history/decode.ts';
import type { OpenedEvent } from './history/decode.ts';

export interface IncidentHistory {
  readonly incident: {
    readonly id: string;
    readonly number: number;
    readonly title: string;
    readonly state: string;
  };
  readonly runs: readonly {
    readonly key: string;
    readonly playbook: string;
    readonly version: number;
    readonly status: string;
  }[];
  /** Oldest first. */
  readonly ledger: readonly (Entry & { readonly seq: number | null })[];
  readonly executions: readonly ExecutionHistory[];
  /** What is missing and why. */
  readonly gaps: readonly string[];
}

export interface ExecutionHistory {
  readonly workflowId: string;
  readonly runId: string;
  readonly source: 'temporal' | 'export';
  readonly events: readonly OpenedEvent[];
}

export interface HistoryReader {
  readonly db: Database;
  readonly client: Client;
  /** The one that the client was made with: it opens the payloads. */
  readonly converter: DataConverter;
  readonly clock: Clock;
}

const ledgerMax = 5_000;
const executionsMax = 50;
const temporalTimeoutMs = 5_000;

/**
 * What happened to an incident, from both books. Of an execution that hosted a batch only this incident's items are
 * shown. Where Temporal forgot (or is down), its exported events are read. NOT_FOUND.
 */
export async function incidentHistory(
  reader: HistoryReader,
  incidentId: string,
): Promise<IncidentHistory> {
  const [incident] = await reader.db.query<IncidentHistory['incident']>(
    'select id, number, title, state from incidents where id = $1',
    [incidentId],
  );
  if (incident === undefined) throw new SallyportError('NOT_FOUND', 'no such incident');
  const runs = await reader.db.query<
    IncidentHistory['runs'][number] & { workflows: string[]; workflow_id: string }
  >(
    'select key, playbook, version, status, workflows, workflow_id from runs where incident_id = $1 order by ordinal',
    [incidentId],
  );
  const rows = await reader.db.query<{ seq: number | null; body: string }>(
    'select seq, body from audit_log where incident = $1 or run = any($2) order by inserted limit $3',
    [incidentId, runs.map((run) => run.key), ledgerMax + 1],
  );
  const gaps: string[] = [];
  if (rows.length > ledgerMax)
    gaps.push(`the ledger has more than ${ledgerMax} entries about it; ask for an export`);
  const workflowIds = [
    ...new Set(runs.flatMap((run) => [...run.workflows, run.workflow_id])),
  ].filter((id) => id !== '');
  const keys = new Set(runs.map((run) => run.key));
  const executions: ExecutionHistory[] = [];
  for (const workflowId of workflowIds.slice(0, executionsMax))
    executions.push(...(await executionsOf(reader, { workflowId, keys, gaps })));
  if (workflowIds.length > executionsMax)
    gaps.push(`${workflowIds.length - executionsMax} more executions hosted its runs`);
  return {
    incident,
    runs: runs.map(({ key, playbook, version, status }) => ({ key, playbook, version, status })),
    // Bodies are entries that `appendEntries` wrote.
    ledger: rows
      .slice(0, ledgerMax)
      .map((row) => ({ seq: row.seq, ...(JSON.parse(row.body) as Entry) })),
    executions,
    gaps,
  };
}

interface Asked {
  readonly workflowId: string;
  readonly keys: ReadonlySet<string>;
  readonly gaps: string[];
}

/** One for each time that the execution rolled over. */
async function executionsOf(
  reader: HistoryReader,
  { workflowId, keys, gaps }: Asked,
): Promise<ExecutionHistory[]> {
  const runIds = await runIdsOf(reader, workflowId);
  if (runIds.length === 0)
    gaps.push(`${workflowId}: neither Temporal nor an export has its events`);
  const found: ExecutionHistory[] = [];
  const converter = loadDataConverter(reader.converter);
  for (const runId of runIds) {
    const history = await readHistory(reader, { workflowId, runId });
    if (history === null)
      gaps.push(`${workflowId} (${runId}): Temporal forgot its events and there is no export`);
    else {
      if (!history.intact)
        gaps.push(
          `${workflowId} (${runId}): the export does not have the digest that the ledger names`,
        );
      const events = cutToRuns(await openHistory(history.history, converter), keys);
      found.push({ workflowId, runId, source: history.source, events });
    }
  }
  return found;
}

async function runIdsOf(reader: HistoryReader, workflowId: string): Promise<readonly string[]> {
  const exported = await reader.db.query<{ run_id: string }>(
    'select run_id from history_exports where workflow_id = $1 order by exported_at limit $2',
    [workflowId, executionsMax],
  );
  const ids = new Set(exported.map((row) => row.run_id));
  const listed = async (): Promise<void> => {
    // Ids are ours (`triage/…`, `respond/…`) and hold no quote; a quote would end the literal.
    if (workflowId.includes("'")) return;
    for await (const info of reader.client.workflow.list({
      query: `WorkflowId = '${workflowId}'`,
      pageSize: executionsMax,
    }))
      ids.add(info.runId);
  };
  // The list lags behind, and the newest run is what people look for: it can be asked for by name at once.
  const newest = async (): Promise<void> => {
    ids.add((await reader.client.workflow.getHandle(workflowId).describe()).runId);
  };
  const asked = [listed, newest].map((ask) =>
    reader.client.withDeadline(deadline(reader), ask).catch(() => undefined),
  );
  await Promise.all(asked);
  return [...ids].slice(0, executionsMax);
}

type Read = Pick<NonNullable<Awaited<ReturnType<typeof loadExport>>>, 'history' | 'intact'> & {
  readonly source: 'temporal' | 'export';
};

async function readHistory(
  reader: HistoryReader,
  execution: { workflowId: string; runId: string },
): Promise<Read | null> {
  const live = await reader.client
    .withDeadline(deadline(reader), () => fetchHistory(reader.client, execution))
    .catch(() => null);
  if (live !== null) return { history: live, intact: true, source: 'temporal' };
  const exported = await loadExport(reader.db, execution);
  return exported === null ? null : { ...exported, source: 'export' };
}

const deadline = (reader: HistoryReader): number => reader.clock.nowMs() + temporalTimeoutMs;
