import { createRecordActivities } from '../../activities/record.ts';
import type { RunReport, RunState } from '../../domain/run.types.ts';
import { claimBatch, type Batch } from '../../intake/claim.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Database } from '../../store/database.ts';
import { sampleCatalog, tenant } from './due-incidents.ts';

export interface IncidentRow {
  readonly state: string;
  readonly batch_id: string | null;
  readonly due_at: Date | null;
  /** Seconds from now. */
  readonly due_in: number | null;
  readonly trace: { readonly rule: { readonly id: string } } | null;
  readonly requests: readonly unknown[];
}

export interface ClaimAndSettle {
  /** Null where nothing is due. */
  claim(order?: 'severity' | 'age'): Promise<Batch | null>;
  /** An error where nothing is due. */
  claimed(order?: 'severity' | 'age'): Promise<Batch>;
  incident(id: string): Promise<IncidentRow>;
  readonly record: ReturnType<typeof createRecordActivities>;
  /** Every run of the batch ended as `over` says: done and handled by itself. */
  settle(batch: Batch, over?: Partial<RunReport>): Promise<void>;
  /** The incident has a ticket. */
  link(id: string): Promise<void>;
}

export const reportOf = (
  { facts: _, ...state }: RunState,
  over: Partial<RunReport> = {},
): RunReport => ({ ...state, status: 'done', outcome: 'handled', stepNo: 9, ...over });

/** The tables that dispatching writes, empty. */
export const emptied = (db: Database): Promise<unknown> =>
  db.query(
    'truncate incidents, findings, runs, batches, ticket_links, notes, audit_entries cascade',
  );

/** Claims and settles as the engine does, by `sampleCatalog`, without Temporal in between. */
export function claimAndSettle(db: Database): ClaimAndSettle {
  const record = createRecordActivities({
    db,
    clock: systemClock,
    observe: () => undefined,
    count: () => undefined,
  });
  const claim: ClaimAndSettle['claim'] = (order = 'severity') =>
    claimBatch({ db, clock: systemClock, tenant, catalog: () => sampleCatalog }, order);
  return {
    claim,
    claimed: async (order) => {
      const batch = await claim(order);
      if (batch === null) throw new Error('nothing was due');
      return batch;
    },
    incident: async (id) => {
      const [row] = await db.query<IncidentRow>(
        `select *, extract(epoch from due_at - clock_timestamp()) as due_in from incidents where id = $1`,
        [id],
      );
      if (row === undefined) throw new Error(`no incident ${id}`);
      return row;
    },
    record,
    settle: (batch, over = {}) =>
      record.settleBatch({
        batchId: batch.id,
        tenant,
        runs: batch.runs.map((run) => ({ report: reportOf(run, over), movedTo: null, why: '' })),
      }),
    link: async (id) => {
      await db.query(
        `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url) values ($1, $2, $1, 'board', '', '7', '')`,
        [id, tenant],
      );
    },
  };
}
