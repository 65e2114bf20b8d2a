import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportClosedRuns } from '../../audit/history-export.ts';
import { systemClock } from '../../platform/clock.ts';
import { createDataConverter } from '../../platform/payload-codec.ts';
import { eventually } from '../faults/world.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';

let pg: TestPostgres;
let temporal: TestTemporal;
let connection: Connection;
beforeAll(async () => {
  [pg, temporal] = await Promise.all([startTestPostgres(), startTestTemporal()]);
  connection = await Connection.connect({ address: temporal.address });
});
afterAll(async () => {
  await connection.close();
  await Promise.all([pg.stop(), temporal.stop()]);
});

/** A client whose payloads nobody else can read. */
function strangerTo(): Client {
  const { namespace } = temporal;
  const keyring = { current: 'k1', keys: { k1: randomBytes(32) } };
  return new Client({
    connection,
    namespace,
    dataConverter: createDataConverter({ keyring, namespace }),
  });
}

async function closedRun(client: Client, workflowId: string): Promise<void> {
  const options = { workflowId, taskQueue: 'nobody', args: [], memo: { digest: 'd' } };
  const handle = await client.workflow.start('triage', options);
  await handle.terminate();
}

it('histories are exported beside one that was sealed with a key that is no longer on the ring', async () => {
  const client = strangerTo();
  await closedRun(strangerTo(), 'triage/sealed');
  await closedRun(client, 'triage/ours');
  const exported = async (): Promise<readonly string[]> => {
    await exportClosedRuns({ client, db: pg.db, clock: systemClock, tenant: 'main' });
    const rows = await pg.db.query<{ id: string }>(
      'select workflow_id as id from history_exports order by 1',
    );
    return rows.map((row) => row.id);
  };
  // Visibility follows a moment later.
  expect(await eventually(async () => (await exported()).length === 2, 10_000)).toBe(true);
  expect(await exported()).toEqual(['triage/ours', 'triage/sealed']);
});
