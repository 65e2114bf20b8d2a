import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reapRuns, type RunRound } from '../../intake/run-reaper.ts';
import { systemClock } from '../../platform/clock.ts';
import type { RespondInput } from '../../workflows/messages.ts';
import { court } from '../support/approvals.ts';
import { insertDue } from '../support/due-incidents.ts';
import { aRule, anOrder, people } from '../support/orders.ts';
import { containPlan } from '../support/plans.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(() =>
  pg.db.query(
    'truncate incidents, runs, gates, votes, warrants, effects, plans, approvers cascade',
  ),
);

/** A cluster that knows of these executions only, and remembers what was started. */
function cluster(running: readonly string[]): {
  client: Client;
  started: RespondInput[];
  signals: unknown[];
} {
  const started: RespondInput[] = [];
  const signals: unknown[] = [];
  const workflow = {
    getHandle: (id: string) => ({
      describe: () =>
        running.includes(id)
          ? Promise.resolve({ status: { name: 'RUNNING' } })
          : Promise.reject(new WorkflowNotFoundError('gone', id, undefined)),
      signal: ({ name }: { name: string }, message: object) => {
        const isThere = running.includes(id) || started.length > 0;
        if (!isThere) return Promise.reject(new WorkflowNotFoundError('gone', id, undefined));
        return Promise.resolve(void signals.push({ to: id, name, ...message }));
      },
    }),
    start: (_type: string, options: { args: [RespondInput] }) =>
      Promise.resolve(void started.push(options.args[0])),
  };
  return { client: { workflow } as unknown as Client, started, signals };
}

async function insertRun(key: string): Promise<void> {
  await insertDue(pg.db, 'inc_1');
  await pg.db.query(
    `insert into plans (digest, name, version, author, body) values ('d', 'sample', 1, 'bob', $1)`,
    [JSON.stringify(containPlan())],
  );
  await pg.db.query(
    `insert into runs (key, tenant, incident_id, ordinal, playbook, version, plan_digest, policy_digest, requester, purpose, status, host, workflow_id, step_no, state)
     values ($1, 'main', 'inc_1', 0, 'sample', 1, 'd', 'p', 'service:triage', 'triage', 'waiting', 'respond', $2, 7, '{}')`,
    [key, `respond/${key}`],
  );
}

const reap = (client: Client): Promise<RunRound> =>
  reapRuns({ db: pg.db, clock: systemClock, client }, { after: '', limit: 10, olderThanMs: 0 });

async function gateState(id: string): Promise<string | undefined> {
  const [row] = await pg.db.query<{ state: string }>('select state from gates where id = $1', [id]);
  return row?.state;
}

describe('a run whose execution is gone', () => {
  it('begins again under its own key, from the first step', async () => {
    await insertRun('run_1');
    const { client, started } = cluster([]);
    await reap(client);
    expect(started[0]?.state).toMatchObject({
      key: 'run_1',
      stepNo: 0,
      cursor: 'asset',
      incidentId: 'inc_1',
    });
    expect(started[0]?.state.facts).toMatchObject({
      finding: { format: 'falco' },
      incident: { id: 'inc_1' },
    });
  });

  it('takes its reports again, although they count from the start', async () => {
    await insertRun('run_1');
    await reap(cluster([]).client);
    expect(await pg.db.query('select step_no from runs')).toEqual([{ step_no: 0 }]);
  });

  it('asks people anew where nobody acted on its gate', async () => {
    await insertRun('run_1');
    const gate = await court(pg.db).open(anOrder({ runKey: 'run_1' }));
    await reap(cluster([]).client);
    expect(await gateState(gate.id)).toBe('void');
  });

  it('keeps a gate whose order was acted on: the executor answers for it', async () => {
    await insertRun('run_1');
    const judge = court(pg.db);
    const { carol } = people('carol');
    await judge.register(carol);
    const gate = await judge.open(anOrder({ runKey: 'run_1', rule: aRule({ quorum: 1 }) }));
    await judge.vote(carol, gate);
    await pg.db.query(
      `insert into effects (key, tenant, incident_id, run_key, step, capability, connection, order_digest, input_digest, state)
       values ('k', 'main', 'inc_1', 'run_1', 'contain', 'edr.host.contain', 'edr', $1, 'i', 'unknown')`,
      [gate.orderDigest],
    );
    await reap(cluster([]).client);
    expect(await gateState(gate.id)).toBe('approved');
  });

  it('is left alone while its execution runs', async () => {
    await insertRun('run_1');
    const { client, started } = cluster(['respond/run_1']);
    await reap(client);
    expect(started).toEqual([]);
    expect(await pg.db.query('select step_no from runs')).toEqual([{ step_no: 7 }]);
  });

  it('is left alone once it ended', async () => {
    await insertRun('run_1');
    await pg.db.query('update runs set ended_at = now()');
    const { client, started } = cluster([]);
    await reap(client);
    expect(started).toEqual([]);
  });
});

describe('a run whose incident was closed', () => {
  const told = {
    to: 'respond/run_1',
    name: 'cancel',
    id: 'close/inc_1',
    reason: 'the incident was closed',
  };
  const close = (): Promise<unknown> => pg.db.query(`update incidents set state = 'closed'`);

  it('is told so again, since the first message may be lost', async () => {
    await insertRun('run_1');
    await close();
    const { client, signals } = cluster(['respond/run_1']);
    await reap(client);
    expect(signals).toEqual([told]);
  });

  it('is told so as well where its execution was gone and it began again', async () => {
    await insertRun('run_1');
    await close();
    const { client, signals, started } = cluster([]);
    await reap(client);
    expect(started.length).toBe(1);
    expect(signals).toEqual([told]);
  });

  it.each(['undo', 'follow-up'])('goes on where it may: a run of purpose %s', async (purpose) => {
    await insertRun('run_1');
    await close();
    await pg.db.query('update runs set purpose = $1', [purpose]);
    const { client, signals } = cluster(['respond/run_1']);
    await reap(client);
    expect(signals).toEqual([]);
  });

  it('is told so whatever its purpose where it is parked', async () => {
    await insertRun('run_1');
    await close();
    await pg.db.query(`update runs set purpose = 'undo', status = 'parked'`);
    const { client, signals } = cluster(['respond/run_1']);
    await reap(client);
    expect(signals).toEqual([told]);
  });

  it('hears nothing while the incident is open', async () => {
    await insertRun('run_1');
    const { client, signals } = cluster(['respond/run_1']);
    await reap(client);
    expect(signals).toEqual([]);
  });
});
