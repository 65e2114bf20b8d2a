import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimLimits } from '../../intake/claim.ts';
import { batchLimits } from '../../intake/next-batch.ts';
import type { TriageInput } from '../../workflows/messages.ts';
import { whileDispatching } from '../support/dispatching.ts';
import { insertDue } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(() => pg.db.query('truncate incidents, runs, batches, audit_entries cascade'));

const { heldRuns } = claimLimits;
const heldIds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `held_${at}`);

async function hold(count: number): Promise<void> {
  await Promise.all(heldIds(count).map((id) => insertDue(pg.db, id)));
  await pg.db.query(`update incidents set storm = 'inc_umbrella' where id like 'held%'`);
}

interface Started {
  readonly held: number;
  readonly others: number;
}

/** A Temporal that starts what it is told; `then` says what becomes of a batch. */
function starting(then: (batchId: string) => Promise<void>): {
  client: Client;
  started: Started[];
} {
  const started: Started[] = [];
  const start = async (_: string, { args }: { args: [TriageInput] }): Promise<void> => {
    const [{ runs, batchId }] = args;
    const held = runs.filter((run) => run.incidentId.startsWith('held')).length;
    started.push({ held, others: runs.length - held });
    await then(batchId);
  };
  return { client: { workflow: { start } } as unknown as Client, started };
}

const settle = async (batchId: string): Promise<void> => {
  await pg.db.query('update batches set closed_at = clock_timestamp() where id = $1', [batchId]);
  await pg.db.query('update incidents set batch_id = null, due_at = null where batch_id = $1', [
    batchId,
  ]);
};

const patience = { timeout: 20_000 };

describe('what a storm holds', () => {
  it('leaves room for what comes in', async () => {
    await hold(5 * heldRuns);
    const { client, started } = starting(() => Promise.resolve());
    await whileDispatching({ db: pg.db, client }, async () => {
      const full = { held: heldRuns, others: 0 };
      await expect.poll(() => started, patience).toEqual([full, full]);
      await insertDue(pg.db, 'inc_calm');
      await expect.poll(() => started.length, patience).toBe(3);
    });
    expect(started[2]).toEqual({ held: 0, others: 1 });
  });

  it('comes to its end where nothing else is due', async () => {
    await hold(2 * heldRuns + 1);
    const { client, started } = starting(settle);
    await whileDispatching({ db: pg.db, client }, () =>
      expect.poll(() => started.length, patience).toBe(3),
    );
    expect(started.map(({ held }) => held)).toEqual([heldRuns, heldRuns, 1]);
  });

  it('comes a little at a time while others do, and gets its turn though they always do', async () => {
    await hold(3 * heldRuns);
    let nowMs = Date.now();
    let count = 0;
    const oneMore = (): Promise<void> => insertDue(pg.db, `inc_${(count += 1)}`);
    await oneMore();
    const { client, started } = starting(async (batchId) => {
      await oneMore();
      await settle(batchId);
    });
    const heldSoFar = (): number[] => started.map(({ held }) => held).filter((held) => held > 0);
    await whileDispatching({ db: pg.db, client, clock: { nowMs: () => nowMs } }, async () => {
      await expect.poll(() => started.length, patience).toBeGreaterThan(10);
      expect(heldSoFar()).toEqual([heldRuns]);
      nowMs += batchLimits.heldPauseMs;
      await expect.poll(heldSoFar, patience).toEqual([heldRuns, heldRuns]);
    });
    expect(started[0]).toEqual({ held: 0, others: 1 });
  });
});
