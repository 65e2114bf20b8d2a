import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDispatcher } from '../../intake/dispatcher.ts';
import { systemClock } from '../../platform/clock.ts';
import { setSwitch } from '../../store/switches.ts';
import type { TriageInput } from '../../workflows/messages.ts';
import { insertDue, sampleCatalog, tenant } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());

const turn = (stopped: boolean): Promise<unknown> =>
  pg.db.transaction((tx) =>
    setSwitch(
      tx,
      { tenant, scope: 'tickets', stopped, reason: 'drill', actor: { kind: 'person', id: 'erin' } },
      systemClock,
    ),
  );

it('holds incidents while tickets are stopped, and drains them grouped, the gravest first', async () => {
  const started: TriageInput[] = [];
  const workflow = {
    start: (_type: string, options: { args: [TriageInput] }) =>
      Promise.resolve(void started.push(options.args[0])),
  };
  const client = { workflow } as unknown as Client;
  const stopping = new AbortController();
  const problems: unknown[] = [];
  const dispatcher = createDispatcher({
    db: pg.db,
    clock: systemClock,
    tenant,
    client,
    alone: true,
    catalog: () => sampleCatalog,
    log: (_problem, error) => problems.push(error),
  });
  await turn(true);
  await insertDue(pg.db, 'inc_mild', { severity: 4, dueInMs: -5_000 });
  await insertDue(pg.db, 'inc_grave', { severity: 5 });
  const running = dispatcher.run(stopping.signal);
  dispatcher.wake();
  await expect
    .poll(() => pg.db.query('select 1 from incidents where batch_id is null'))
    .toHaveLength(2);
  expect(started).toEqual([]);
  await turn(false);
  dispatcher.wake();
  await expect.poll(() => started.length).toBe(1);
  stopping.abort();
  await running;
  expect(started[0]?.runs.map((run) => run.incidentId)).toEqual(['inc_grave', 'inc_mild']);
  expect(problems).toEqual([]);
});
