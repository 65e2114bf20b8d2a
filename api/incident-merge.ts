import { newEntry } from '../audit/entry.ts';
import { appendEntries } from '../audit/append.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Incident } from '../domain/incident.types.ts';
import type { Sql } from '../store/database.ts';
import { lockedIncident } from '../store/incident-lists.ts';
import { changeIncident, findIncident } from '../store/incidents.ts';
import { notifyWork } from '../store/notify.ts';
import { refuseUnlessDraft, type PersonsChange } from './incident-changes.ts';
import type { PeopleDeps } from './people-deps.ts';
import { ok } from './route.ts';
import { keepTyped } from './typed-text.ts';

export interface Merge extends PersonsChange {
  /** Id or number of the incident that takes the draft's findings and count. */
  readonly into: string;
}

/**
 * A draft that is about the same as another incident becomes part of it: its findings and its count move there, its
 * ticket is told, and the draft is closed as a duplicate. CONFLICT for what is no draft, and for a closed target.
 */
export async function merge(deps: PeopleDeps, by: Merge): Promise<ReturnType<typeof ok>> {
  return deps.db.transaction(async (tx) => {
    const { draft, target } = await lockedPair(tx, deps.tenant, by);
    refuseUnlessDraft(draft);
    if (target.id === draft.id || target.state === 'closed')
      throw new SallyportError('CONFLICT', 'merge into another incident that is not closed');
    const reason = await keepTyped(tx, deps, by.typed);
    await move(tx, draft, target);
    const closing = {
      id: draft.id,
      to: 'closed',
      actor: by.who.actor,
      reason: `merged into #${target.number}: ${reason}`,
      set: { verdict: 'duplicate' },
    } as const;
    await changeIncident(tx, closing, deps.clock);
    await appendEntries(tx, [
      newEntry(
        {
          tenant: deps.tenant,
          type: 'incident.changed',
          actor: by.who.actor,
          incident: target.id,
          run: null,
          subject: draft.id,
          outcome: 'done',
          data: { merged: draft.id, count: draft.count, reason },
        },
        deps.clock,
      ),
    ]);
    await notifyWork(tx);
    return ok(await lockedIncident(tx, deps.tenant, target.id));
  });
}

/** Locked in the order of their ids: two drafts that are merged into each other at once must not wait for each other. */
async function lockedPair(
  tx: Sql,
  tenant: string,
  by: Merge,
): Promise<{ readonly draft: Incident; readonly target: Incident }> {
  const ids = [await findIncident(tx, tenant, by.id), await findIncident(tx, tenant, by.into)]
    .map(({ id }) => id)
    .sort();
  await tx.query('select 1 from incidents where id = any($1) order by id for update', [ids]);
  return {
    draft: await lockedIncident(tx, tenant, by.id),
    target: await lockedIncident(tx, tenant, by.into),
  };
}

async function move(tx: Sql, draft: Incident, target: Incident): Promise<void> {
  await tx.query('update findings set incident_id = $2 where incident_id = $1', [
    draft.id,
    target.id,
  ]);
  await tx.query(
    `update incidents t
        set count = t.count + d.count, first_seen = least(t.first_seen, d.first_seen),
            last_seen = greatest(t.last_seen, d.last_seen), revision = t.revision + 1,
            due_at = least(coalesce(t.due_at, clock_timestamp()), clock_timestamp())
       from incidents d where t.id = $2 and d.id = $1`,
    [draft.id, target.id],
  );
}
