import type { Policy } from '../domain/policy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../store/database.ts';
import { findEndings, findStale, tellTicket, type Ending } from '../store/endings.ts';
import { changeIncident } from '../store/incidents.ts';
import { notifyWork } from '../store/notify.ts';

export interface EndingDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: string;
  readonly policy: Policy;
}

/**
 * Closes incidents that are over by themselves: by the `clear` of their correlation rule, or because nothing was heard
 * for long. Each with its entry, and a word on its ticket. Gives how many it closed.
 */
export async function sweepEndings({ db, clock, tenant, policy }: EndingDeps): Promise<number> {
  let closed = 0;
  for (const { id, clear } of policy.correlation) {
    if (clear === null) continue;
    closed += await db.transaction(async (tx) =>
      close(tx, await findEndings(tx, { tenant, rule: id, clear }), { clock, verdict: 'resolved' }),
    );
  }
  const { staleMs } = policy.quiet;
  if (staleMs === null) return closed;
  return (
    closed +
    (await db.transaction(async (tx) =>
      close(tx, await findStale(tx, { tenant, staleMs }), { clock, verdict: null }),
    ))
  );
}

async function close(
  tx: Sql,
  endings: readonly Ending[],
  { clock, verdict }: { readonly clock: Clock; readonly verdict: 'resolved' | null },
): Promise<number> {
  for (const { id, why } of endings) {
    await changeIncident(
      tx,
      {
        id,
        to: 'closed',
        actor: { kind: 'service', id: 'ending' },
        reason: why,
        ...(verdict === null ? {} : { set: { verdict } }),
      },
      clock,
    );
  }
  if (endings.length === 0) return 0;
  await tellTicket(
    tx,
    endings.map(({ id }) => id),
  );
  await notifyWork(tx);
  return endings.length;
}
