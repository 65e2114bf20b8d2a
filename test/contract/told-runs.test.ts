import { ServiceError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { criticalSeverity } from '../../domain/finding.ts';
import type { FindingsMessage } from '../../workflows/messages.ts';
import { repeatAlert, insertDue, tenant } from '../support/due-incidents.ts';
import { whileDispatching } from '../support/dispatching.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(() =>
  pg.db.query('truncate incidents, runs, batches, ticket_links, audit_entries cascade'),
);

const highSeverity = 4;

/** An incident that was triaged before and has a ticket, with a run that waits for people. */
async function insertWaiting(id: string): Promise<void> {
  await insertDue(pg.db, id, { severity: highSeverity });
  await pg.db.query(`update incidents set state = 'triaged', triaged_severity = $2 where id = $1`, [
    id,
    highSeverity,
  ]);
  await pg.db.query(
    `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url) values ($1, $2, $1, 'board', '', '7', '')`,
    [id, tenant],
  );
  await pg.db.query(
    `insert into runs (key, tenant, incident_id, ordinal, playbook, version, plan_digest, policy_digest, requester, purpose, status, host, workflow_id, state)
     values ('run_' || $1, $2, $1, 0, 'sample', 1, 'd', 'p', 'service:triage', 'triage', 'waiting', 'respond', 'respond/' || $1, '{}')`,
    [id, tenant],
  );
}

/** Temporal as the dispatcher sees it; `problems` meet its signals, one each. */
function temporal(problems: Error[] = []): { client: Client; calls: unknown[]; ids: string[] } {
  const calls: unknown[] = [];
  const ids: string[] = [];
  const workflow = {
    getHandle: (to: string) => ({
      signal: async (_: unknown, { id, incident }: FindingsMessage) => {
        const problem = problems.shift();
        if (problem !== undefined) throw problem;
        calls.push({ told: to, count: incident['count'], severity: incident['severity'] });
        ids.push(id);
      },
    }),
    start: async (_: string, { args }: { args: [{ runs: { incidentId: string }[] }] }) => {
      calls.push({ started: args[0].runs.map((run) => run.incidentId) });
    },
  };
  return { client: { workflow } as unknown as Client, calls, ids };
}

const away = (): Error =>
  new ServiceError('Failed to signal Workflow', {
    cause: Object.assign(new Error('14 UNAVAILABLE'), {
      code: 14,
      details: 'no connection',
      metadata: {},
    }),
  });

const dispatched = (to: ReturnType<typeof temporal>, calls: readonly unknown[]): Promise<void> =>
  whileDispatching({ db: pg.db, client: to.client }, async () => {
    await vi.waitFor(() => expect(to.calls).toHaveLength(calls.length), { timeout: 20_000 });
    expect(to.calls).toEqual(calls);
  });

describe('a run that waits', () => {
  it('is told of another alert, before the follow-up starts', async () => {
    await insertWaiting('inc_a');
    await repeatAlert(pg.db, 'inc_a');
    await dispatched(temporal(), [
      { told: 'respond/inc_a', count: 2, severity: highSeverity },
      { started: ['inc_a'] },
    ]);
  });

  it('is told as soon as Temporal can be reached again', async () => {
    await insertWaiting('inc_a');
    await repeatAlert(pg.db, 'inc_a');
    await dispatched(temporal([away(), away()]), [
      { told: 'respond/inc_a', count: 2, severity: highSeverity },
      { started: ['inc_a'] },
    ]);
  });

  it('is told that it became critical, where that runs a playbook anew', async () => {
    await insertWaiting('inc_a');
    await repeatAlert(pg.db, 'inc_a', criticalSeverity);
    await dispatched(temporal(), [
      { told: 'respond/inc_a', count: 2, severity: criticalSeverity },
      { started: ['inc_a'] },
    ]);
  });

  it('is told that all is clear, by another message than the one before', async () => {
    await insertWaiting('inc_a');
    await repeatAlert(pg.db, 'inc_a');
    const to = temporal();
    await dispatched(to, [expect.anything(), expect.anything()]);
    await pg.db.query('update batches set closed_at = now()');
    await pg.db.query(
      `update incidents set all_clear_at = now(), due_at = now(), batch_id = null where id = 'inc_a'`,
    );
    await dispatched(to, Array(4).fill(expect.anything()));
    expect(new Set(to.ids).size).toBe(2);
  });
});

it('goes on where the execution of a run is gone, or does not take it', async () => {
  await insertWaiting('inc_a');
  await insertWaiting('inc_b');
  await insertWaiting('inc_c');
  for (const id of ['inc_a', 'inc_b', 'inc_c']) await repeatAlert(pg.db, id);
  const to = temporal([new WorkflowNotFoundError('gone', 'respond', undefined), new Error('no')]);
  await whileDispatching({ db: pg.db, client: to.client }, async () => {
    await vi.waitFor(() => expect(to.calls).toHaveLength(2), { timeout: 20_000 });
  });
  expect(to.calls).toEqual([
    { told: expect.any(String), count: 2, severity: highSeverity },
    { started: expect.toSatisfy((ids: string[]) => ids.length === 3) },
  ]);
});
