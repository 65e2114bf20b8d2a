import { assert } from '../domain/assert.ts';
import { idOf } from '../domain/digest.ts';
import type { Entry } from '../domain/entry.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Sql } from '../store/database.ts';
import { appendEntries } from './append.ts';
import { newEntry } from './entry.ts';
import { sequencedSize, sizeSql } from './sequencer-start.ts';
import type { SequencerDeps } from './sequencer.ts';

/** Entries that one round numbers (and those of one group more), and that one step of catching up reads. */
export const batchMax = 8_192;
export const heartbeatMs = 60_000;
/** Any number that is the same for every sequencer of one database. */
const advisoryLock = 7_276_114;

export async function whatWaits(db: Sql): Promise<{ sequenced: number; unsequenced: boolean }> {
  const [row] = await db.query<{ sequenced: number; unsequenced: boolean }>(
    `select ${sizeSql} as sequenced, exists (select from audit_groups where seq is null) as unsequenced`,
  );
  assert(row !== undefined, 'a select of one row gives one');
  return row;
}

/** Gives the next numbers to what is committed, group by group in the order of insertion. Null where another sequencer holds the lock. */
export async function assign(deps: SequencerDeps, heartbeat: boolean): Promise<number | null> {
  return deps.db.transaction(async (tx) => {
    if (!(await lockTaken(tx))) return null;
    const size = await sequencedSize(tx);
    if (size === 0) await openLog(tx, deps);
    if (heartbeat) await appendEntries(tx, [heartbeatEntry(deps)]);
    const [row] = await tx.query<{ count: number }>(
      `with waiting as (
         select first, entries from audit_groups where seq is null order by first limit $2
       ), placed as (
         select first, sum(entries) over (order by first) - entries as before from waiting
       ), numbered as (
         update audit_groups g set seq = $1::bigint + placed.before from placed
          where g.first = placed.first and placed.before < $2 returning g.entries
       ) select coalesce(sum(entries), 0)::bigint as count from numbered`,
      [Math.max(size, 1), batchMax],
    );
    return (row?.count ?? 0) + (size === 0 ? 1 : 0);
  });
}

/** The log's first entry names it, whatever else was written before the sequencer first ran. */
async function openLog(tx: Sql, deps: SequencerDeps): Promise<void> {
  const id = idOf('log', 'sallyport/log-opened/v1', [deps.origin]);
  await appendEntries(tx, [
    ownEntry(deps, {
      id,
      type: 'log.opened',
      data: {
        origin: deps.origin,
        verifierKey: deps.key.verifierKey,
        ...(deps.after === undefined ? {} : { after: deps.after }),
      },
    }),
  ]);
  await tx.query(
    "update audit_groups set seq = 0 where first = (select inserted from audit_entries where id = $1 and left(id, 4) <> 'aud_')",
    [id],
  );
}

function heartbeatEntry(deps: SequencerDeps): Entry {
  const minute = Math.floor(deps.clock.nowMs() / heartbeatMs);
  return ownEntry(deps, {
    id: idOf('log', 'sallyport/heartbeat/v1', [deps.origin, minute]),
    type: 'log.heartbeat',
    data: {},
  });
}

function ownEntry(
  deps: SequencerDeps,
  what: { id: string; type: 'log.opened' | 'log.heartbeat'; data: JsonObject },
): Entry {
  const actor = { kind: 'service', id: 'sequencer' } as const;
  return newEntry(
    {
      ...what,
      tenant: deps.tenant ?? 'system',
      actor,
      incident: null,
      run: null,
      subject: deps.origin,
      outcome: 'done',
    },
    deps.clock,
  );
}

/** False while another sequencer is at work; held until the transaction ends. */
export async function lockTaken(tx: Sql): Promise<boolean> {
  const [row] = await tx.query<{ taken: boolean }>(
    'select pg_try_advisory_xact_lock($1) as taken',
    [advisoryLock],
  );
  assert(row !== undefined, 'a select of one row gives one');
  return row.taken;
}
