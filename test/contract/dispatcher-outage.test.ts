import {
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  type Client,
} from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { whileDispatching } from '../support/dispatching.ts';
import { insertDue } from '../support/due-incidents.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let pg: TestPostgres;
beforeAll(async () => {
  pg = await startTestPostgres();
});
afterAll(() => pg.stop());
beforeEach(() => pg.db.query('truncate incidents, runs, batches, audit_entries cascade'));

const unavailable = 14;
const invalidArgument = 3;

/** A Temporal that fails so often before it starts anything. */
function failing(times: number, code: number): { client: Client; tried: string[] } {
  const tried: string[] = [];
  const start = async (_: string, { workflowId }: { workflowId: string }): Promise<void> => {
    tried.push(workflowId);
    if (tried.length > times) return;
    const cause = Object.assign(new Error('told to fail'), { code, details: '', metadata: {} });
    throw new ServiceError('failed to start', { cause });
  };
  // The dispatcher asks a client for nothing but to start an execution and to describe one.
  return { client: { workflow: { start } } as unknown as Client, tried };
}

interface BatchRow {
  readonly started: boolean;
}

const batches = (): Promise<BatchRow[]> =>
  pg.db.query<BatchRow>('select started_at is not null as started from batches');

describe('a dispatcher whose Temporal is away', () => {
  it('starts the batch that it stamped as soon as Temporal is back, and no other', async () => {
    await insertDue(pg.db, 'inc_a');
    const { client, tried } = failing(3, unavailable);
    await whileDispatching({ db: pg.db, client }, () =>
      vi.waitFor(async () => expect(await batches()).toEqual([{ started: true }]), {
        timeout: 8_000,
      }),
    );
    expect(tried).toHaveLength(4);
    expect(new Set(tried).size).toBe(1);
  });

  it('goes on with the next batch where Temporal refuses one', async () => {
    await insertDue(pg.db, 'inc_a');
    const { client, tried } = failing(1, invalidArgument);
    await whileDispatching({ db: pg.db, client }, async () => {
      await vi.waitFor(() => expect(tried).toHaveLength(1), { timeout: 8_000 });
      await insertDue(pg.db, 'inc_b');
      await vi.waitFor(
        async () =>
          expect(new Set((await batches()).map((row) => row.started))).toEqual(
            new Set([false, true]),
          ),
        { timeout: 8_000 },
      );
    });
    expect(new Set(tried).size).toBe(2);
  });
});

/** A Temporal that has an execution of the first batch's id already, with this memo digest or that of the batch. */
function alreadyThere(digest: string | null): { client: Client; tried: string[] } {
  const tried: string[] = [];
  let asked = '';
  const start = async (
    type: string,
    { workflowId, memo }: { workflowId: string; memo: { digest: string } },
  ): Promise<void> => {
    tried.push(workflowId);
    asked = memo.digest;
    if (tried.length === 1)
      throw new WorkflowExecutionAlreadyStartedError('started', workflowId, type);
  };
  const getHandle = (): object => ({
    describe: async () => ({ memo: { digest: digest ?? asked }, status: { name: 'RUNNING' } }),
  });
  return { client: { workflow: { start, getHandle } } as unknown as Client, tried };
}

describe('a batch whose id is taken', () => {
  it('was started where the execution names the same batch: only the answer was lost', async () => {
    await insertDue(pg.db, 'inc_a');
    const { client, tried } = alreadyThere(null);
    await whileDispatching({ db: pg.db, client }, () =>
      vi.waitFor(async () => expect(await batches()).toEqual([{ started: true }])),
    );
    expect(tried).toHaveLength(1);
  });

  it('is stamped anew where the execution is of another', async () => {
    await insertDue(pg.db, 'inc_a');
    const { client, tried } = alreadyThere('of somebody else');
    await whileDispatching({ db: pg.db, client }, () =>
      vi.waitFor(async () => expect((await batches()).map((row) => row.started)).toContain(true)),
    );
    expect(new Set(tried).size).toBe(2);
  });
});
