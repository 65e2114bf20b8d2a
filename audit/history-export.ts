import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Client } from '@temporalio/client';
import { isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { isoTime } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import { appendEntries } from './append.ts';
import { newEntry } from './entry.ts';

/** Sealed payloads hardly shrink: level 1 undoes the base64 for a third of the processor time. */
const zip = promisify<string, { level: number }, Buffer>(gzip);
const unzip = promisify(gunzip);

/** Temporal refuses histories above 50 MB; base64 makes them longer. */
const historyBytesMax = 128 << 20;

export interface HistoryDeps {
  readonly client: Client;
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: string;
}

export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
  /** A closed execution's history is final: it is exported once. */
  readonly closed: boolean;
}

/**
 * Stores one execution's events, payloads still sealed by the codec, and puts their digest into the ledger. False
 * where Temporal no longer knows the execution, or a final export is there already.
 */
export async function exportHistory(deps: HistoryDeps, execution: Execution): Promise<boolean> {
  const { workflowId, runId, closed } = execution;
  const history = await fetchHistory(deps.client, execution);
  if (history === null) return false;
  const json = historyToJSON(history);
  const sha256 = createHash('sha256').update(json).digest('hex');
  const events = history.events?.length ?? 0;
  const body = await zip(json, { level: 1 });
  return deps.db.transaction(async (tx) => {
    const stored = await tx.query(
      `insert into history_exports (workflow_id, run_id, kind, closed, sha256, body, events, exported_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (workflow_id, run_id) do update
         set closed = excluded.closed, sha256 = excluded.sha256, body = excluded.body, events = excluded.events, exported_at = excluded.exported_at
         where not history_exports.closed and history_exports.events <= excluded.events
       returning 1`,
      [
        workflowId,
        runId,
        kindOf(workflowId),
        closed,
        sha256,
        body,
        events,
        isoTime(deps.clock.nowMs()),
      ],
    );
    if (stored.length === 0) return false;
    await appendEntries(tx, [exportEntry(deps, execution, { sha256, events })]);
    return true;
  });
}

/** `triage/…` or `respond/…`. */
const kindOf = (workflowId: string): string => workflowId.split('/', 1)[0] ?? workflowId;

function exportEntry(
  deps: HistoryDeps,
  execution: Execution,
  facts: { sha256: string; events: number },
): ReturnType<typeof newEntry> {
  const { workflowId, runId, closed } = execution;
  const run = workflowId.startsWith('respond/') ? workflowId.slice('respond/'.length) : null;
  return newEntry(
    {
      id: `history:${runId}:${facts.sha256}`,
      tenant: deps.tenant,
      type: 'history.exported',
      actor: { kind: 'service', id: 'history-export' },
      incident: null,
      run,
      subject: workflowId,
      outcome: 'done',
      data: { workflowId, runId, closed, ...facts },
    },
    deps.clock,
  );
}

const grpcNotFound = 5;

/** Null where Temporal does not know the execution (any more). */
export async function fetchHistory(
  client: Client,
  execution: { readonly workflowId: string; readonly runId: string },
): Promise<History | null> {
  try {
    return await client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory();
  } catch (error) {
    // The SDK passes gRPC's own error on here.
    if (
      error instanceof WorkflowNotFoundError ||
      (isGrpcServiceError(error) && error.code === grpcNotFound)
    )
      return null;
    throw error;
  }
}

/** An exported history, or null. Throws where the stored bytes do not have the digest that was recorded. */
export async function loadExport(
  db: Pick<Database, 'query'>,
  execution: { readonly workflowId: string; readonly runId: string },
): Promise<{ history: History; intact: boolean } | null> {
  const [row] = await db.query<{ body: Buffer; sha256: string }>(
    'select body, sha256 from history_exports where workflow_id = $1 and run_id = $2',
    [execution.workflowId, execution.runId],
  );
  if (row === undefined) return null;
  const json = (await unzip(row.body, { maxOutputLength: historyBytesMax })).toString('utf8');
  const intact = createHash('sha256').update(json).digest('hex') === row.sha256;
  return { history: historyFromJSON(JSON.parse(json)), intact };
}

const sweepMax = 500;
/** Visibility lags behind; a sweep looks this far back beyond where the last complete one began. */
const overlapMs = 2 * 60_000;
const watermarkName = 'history-export-watermark';

/**
 * Exports what closed since the last sweep, however it ended: terminated executions run no last activity. To be called
 * every few seconds. Gives how many were exported; `sweepMax` means that there may be more.
 */
export async function exportClosedRuns(deps: HistoryDeps): Promise<number> {
  const startedMs = deps.clock.nowMs();
  const [row] = await deps.db.query<{ value: { atMs: number } }>(
    'select value from engine_facts where name = $1',
    [watermarkName],
  );
  const since =
    row === undefined ? '' : ` AND CloseTime > '${isoTime(row.value.atMs - overlapMs)}'`;
  let exported = 0;
  let page: Execution[] = [];
  const flush = async (): Promise<void> => {
    for (const execution of await missingOf(deps.db, page))
      exported += (await exportHistory(deps, execution)) ? 1 : 0;
    page = [];
  };
  for await (const execution of listed(deps.client, `ExecutionStatus != 'Running'${since}`)) {
    page.push({ ...execution, closed: true });
    if (page.length >= 100) await flush();
    if (exported >= sweepMax) return exported;
  }
  await flush();
  await deps.db.query(
    'insert into engine_facts (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
    [watermarkName, JSON.stringify({ atMs: startedMs })],
  );
  return exported;
}

/** Without the SDK's list, which opens memos: one that was sealed with another key must not hold up the others. */
async function* listed(client: Client, query: string): AsyncGenerator<Omit<Execution, 'closed'>> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | undefined;
  do {
    const token = nextPageToken === undefined ? {} : { nextPageToken };
    const page = await client.workflowService.listWorkflowExecutions({
      namespace,
      query,
      pageSize: 200,
      ...token,
    });
    for (const { execution } of page.executions)
      yield { workflowId: execution?.workflowId ?? '', runId: execution?.runId ?? '' };
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
}

async function missingOf(db: Database, page: readonly Execution[]): Promise<readonly Execution[]> {
  if (page.length === 0) return [];
  const rows = await db.query<{ run_id: string }>(
    'select run_id from history_exports where closed and run_id = any($1)',
    [page.map((item) => item.runId)],
  );
  const there = new Set(rows.map((item) => item.run_id));
  return page.filter((item) => !there.has(item.runId));
}
