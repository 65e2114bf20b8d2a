import type { Policy } from '../domain/policy.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../store/database.ts';
import { askTickets, findEndings, tellTicket } from '../store/endings.ts';
import type { Ending, EndingQuestion } from '../store/endings.ts';
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
 * for long. Each with its entry, and a word on its ticket. One with a ticket waits until the ticket's own system says
 * that nobody works on it, which the ticket role asks for (`activities/read-ticket-states.ts`). Gives how many it closed.
 */
export async function sweepEndings({ db, clock, tenant, policy }: EndingDeps): Promise<number> {
  const questions: EndingQuestion[] = policy.correlation.flatMap(({ id, clear }) =>
    clear === null ? [] : [{ tenant, rule: id, clear }],
  );
  const { staleMs } = policy.quiet;
  if (staleMs !== null) questions.push({ tenant, staleMs });
  let closed = 0;
  for (const question of questions) {
    const verdict = 'staleMs' in question ? null : 'resolved';
    await askTickets(db, question);
    closed += await db.transaction(async (tx) =>
      close(tx, await findEndings(tx, question), { clock, verdict }),
    );
  }
  return closed;
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
