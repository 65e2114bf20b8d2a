import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../store/database.ts';
import { endQuietStorms, markAllClear } from '../store/storms.ts';
import { intakeLimits } from './limits.ts';

/** Says of storms that held nothing for a while that they are over: their umbrellas get an all-clear. Returns how many. */
export async function endStorms(db: Database, tenant: string, clock: Clock): Promise<number> {
  return db.transaction(async (tx) => {
    const ended = await endQuietStorms(tx, tenant, intakeLimits.stormQuietMs);
    if (ended.length === 0) return 0;
    await markAllClear(
      tx,
      ended.map((storm) => storm.incidentId),
    );
    const entries = ended.map((storm) =>
      newEntry(
        {
          tenant,
          type: 'incident.changed',
          actor: { kind: 'service', id: 'intake' },
          incident: storm.incidentId,
          run: null,
          subject: storm.id,
          outcome: 'done',
          data: {
            allClear: true,
            reason: 'the storm is over',
            held: Number(storm.held),
            source: storm.source,
          },
        },
        clock,
      ),
    );
    await appendEntries(tx, entries);
    return ended.length;
  });
}
