import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { exportClosedRuns, exportHistory, loadExport } from '../../audit/history-export.ts';
import type { HistoryDeps } from '../../audit/history-export.ts';
import { incidentHistory } from '../../audit/history.ts';
import type { IncidentHistory } from '../../audit/history.ts';
import { createDataConverter } from '../../platform/payload-codec.ts';
import { startTestPostgres } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { startTestTemporal } from '../support/temporal.ts';
import type { TestTemporal } from '../support/temporal.ts';

const clock = { nowMs: () => Date.now() };
let postgres: TestPostgres;
let temporal: TestTemporal;
let connection: Connection;
let deps: HistoryDeps;
let converter: ReturnType<typeof createDataConverter>;

beforeAll(async () => {
  [postgres, temporal] = await Promise.all([startTestPostgres(), startTestTemporal()]);
  connection = await Connection.connect({ address: temporal.address });
  converter = createDataConverter({
    keyring: { current: 'k1', keys: { k1: new Uint8Array(32).fill(7) } },
    namespace: temporal.namespace,
  });
  const client = new Client({
    connection,
    namespace: temporal.namespace,
    dataConverter: converter,
  });
  deps = { client, db: postgres.db, clock, tenant: 't' };
  await postgres.db.query(
    `insert into incidents (id, tenant, correlation_key, state, title, format, kind, source, severity_id, first_seen, last_seen, lead_finding, facts, received_at, changed_by, change_reason)
     values ('inc_1', 't', 'key', 'handled', 'Malware on db-10', 'falco', 'x', 's', 4, now(), now(), 'fnd_1', '{}', now(), 'test', 'test')`,
  );
}, 90_000);
afterAll(async () => {
  await connection.close();
  await Promise.all([postgres.stop(), temporal.stop()]);
});

/** A batch of two incidents' runs, ended from outside: nothing of it ran, and no last activity either. */
async function terminatedBatch(workflowId: string): Promise<string> {
  const handle = await deps.client.workflow.start('triage', {
    workflowId,
    taskQueue: 'nobody',
    args: [
      {
        batchId: workflowId,
        runs: [
          { key: 'run_ours', secretText: 'ours' },
          { key: 'run_theirs', secretText: 'theirs' },
        ],
      },
    ],
  });
  await handle.terminate('test');
  return handle.firstExecutionRunId;
}

async function hostedBy(workflowId: string): Promise<void> {
  await postgres.db.query(
    `insert into runs (key, tenant, incident_id, ordinal, playbook, version, plan_digest, policy_digest, requester, purpose, status, host, workflow_id, workflows, state)
     values ('run_ours', 't', 'inc_1', 1, 'host-malware', 1, 'd', 'p', 'service', 'triage', 'done', 'triage', $1, array[$1], '{}')
     on conflict (key) do update set workflow_id = excluded.workflow_id, workflows = excluded.workflows`,
    [workflowId],
  );
}

const historyBy = (client: Client): Promise<IncidentHistory> =>
  incidentHistory({ db: postgres.db, client, converter, clock }, 'inc_1');

describe('the export of histories', () => {
  test('takes an execution that was terminated, once, with its digest in the ledger', async () => {
    const runId = await terminatedBatch('triage/one');
    await expect.poll(() => exportClosedRuns(deps), { timeout: 20_000 }).toBe(1);
    expect(await exportClosedRuns(deps)).toBe(0);
    const stored = await loadExport(postgres.db, { workflowId: 'triage/one', runId });
    expect(stored?.intact).toBe(true);
    expect(stored?.history.events?.at(-1)?.workflowExecutionTerminatedEventAttributes).toBeTruthy();
    const [row] = await postgres.db.query<{ sha256: string; logged: string }>(
      `select h.sha256, a.body::jsonb -> 'data' ->> 'sha256' as logged from history_exports h, audit_entries a where h.run_id = $1 and a.type = 'history.exported' and a.subject = h.workflow_id`,
      [runId],
    );
    expect(row?.logged).toBe(row?.sha256);
  });

  test('keeps payloads sealed', async () => {
    const [row] = await postgres.db.query<{ workflow_id: string; run_id: string }>(
      'select workflow_id, run_id from history_exports limit 1',
    );
    const stored = await loadExport(postgres.db, {
      workflowId: row?.workflow_id ?? '',
      runId: row?.run_id ?? '',
    });
    const payload =
      stored?.history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    expect(Buffer.from(payload?.metadata?.['encoding'] ?? []).toString()).toBe('binary/encrypted');
    expect(Buffer.from(payload?.data ?? []).toString()).not.toContain('secretText');
  });

  test('says no for an execution that Temporal does not know', async () => {
    expect(
      await exportHistory(deps, {
        workflowId: 'triage/none',
        runId: '0b9b5a4e-5a3c-4b7e-9f62-111111111111',
        closed: true,
      }),
    ).toBe(false);
  });

  test('notices bytes that were changed behind the digest', async () => {
    const runId = await terminatedBatch('triage/changed');
    await exportHistory(deps, { workflowId: 'triage/changed', runId, closed: true });
    await postgres.db.query(
      `update history_exports set sha256 = repeat('0', 64) where run_id = $1`,
      [runId],
    );
    expect((await loadExport(postgres.db, { workflowId: 'triage/changed', runId }))?.intact).toBe(
      false,
    );
  });
});

describe("an incident's history", () => {
  test("shows the ledger and of a batch's events its own items only, opened", async () => {
    await terminatedBatch('triage/two');
    await hostedBy('triage/two');
    const history = await historyBy(deps.client);
    expect(history.executions).toMatchObject([{ workflowId: 'triage/two', source: 'temporal' }]);
    expect(history.executions[0]?.events[0]).toMatchObject({
      type: 'WorkflowExecutionStarted',
      name: 'triage',
      values: { input: [{ runs: [{ key: 'run_ours', secretText: 'ours' }] }] },
    });
    expect(JSON.stringify(history.executions)).not.toContain('theirs');
    expect(history.gaps).toEqual([]);
  });

  test('reads the export once Temporal forgot', async () => {
    const runId = await terminatedBatch('triage/three');
    await hostedBy('triage/three');
    await exportHistory(deps, { workflowId: 'triage/three', runId, closed: true });
    // Another namespace knows nothing of it, as ours will after its retention.
    const elsewhere = new Client({ connection, namespace: 'default', dataConverter: converter });
    const history = await historyBy(elsewhere);
    expect(history.executions).toMatchObject([
      { workflowId: 'triage/three', runId, source: 'export' },
    ]);
    expect(history.executions[0]?.events[0]?.values['input']).toEqual([
      { batchId: 'triage/three', runs: [{ key: 'run_ours', secretText: 'ours' }] },
    ]);
  });

  test('has the newest execution beside exported ones, though no list knows it yet', async () => {
    const older = await terminatedBatch('triage/again');
    await hostedBy('triage/again');
    await exportHistory(deps, { workflowId: 'triage/again', runId: older, closed: true });
    const newest = await terminatedBatch('triage/again');
    const list = vi.spyOn(deps.client.workflow, 'list').mockImplementationOnce(() => {
      throw new Error('nothing is listed yet');
    });
    const { executions } = await historyBy(deps.client);
    list.mockRestore();
    expect(executions.map(({ runId }) => runId)).toEqual([older, newest]);
  });

  test('says what is missing where neither has it', async () => {
    await hostedBy('triage/never');
    const history = await historyBy(deps.client);
    expect(history.executions).toEqual([]);
    expect(history.gaps).toEqual(['triage/never: neither Temporal nor an export has its events']);
  });
});
