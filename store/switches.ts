import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Actor } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import type { StopSwitch } from '../domain/switch.ts';
import { isScope } from '../domain/switch.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';

/**
 * The switches that are on, read fresh: the executor asks right before every effect. A database that is an older copy
 * stops everything until it is recovered, and then until nothing of the time before runs; no person can resume that.
 */
export async function stoppedScopes(sql: Sql): Promise<readonly StopSwitch[]> {
  const rows = await sql.query<{ scope: string; reason: string; actor: string; changed_at: Date }>(
    `select scope, reason, actor, changed_at from switches where stopped
     union all
     select 'all', 'the database is an older copy; an administrator must run: sallyport recover', 'sequencer', (value->>'foundAt')::timestamptz
       from engine_facts where name = 'restored'
     union all
     select 'all', 'executions of the time before the recovery are ended', 'dispatcher', (value#>>'{began,at}')::timestamptz
       from engine_facts where name = 'timeline' and value#>>'{began,swept}' = 'false'
     order by scope`,
  );
  return rows.map((row) => ({
    scope: row.scope,
    reason: row.reason,
    actor: row.actor,
    changedAt: row.changed_at.toISOString(),
  }));
}

export interface SwitchChange {
  readonly tenant: string;
  readonly scope: string;
  readonly stopped: boolean;
  readonly reason: string;
  readonly actor: Actor;
}

/** Turns a switch on or off; true if that changed anything. REQUEST_INVALID for a scope that cannot be. */
export async function setSwitch(tx: Sql, change: SwitchChange, clock: Clock): Promise<boolean> {
  if (!isScope(change.scope))
    throw new SallyportError(
      'REQUEST_INVALID',
      'a scope is all, actions, tickets, connector:<name> or playbook:<name>',
    );
  const rows = await tx.query(
    `insert into switches (scope, tenant, stopped, reason, actor, changed_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (scope) do update set stopped = excluded.stopped, reason = excluded.reason, actor = excluded.actor, changed_at = excluded.changed_at
       where switches.stopped <> excluded.stopped
     returning scope`,
    [
      change.scope,
      change.tenant,
      change.stopped,
      change.reason,
      change.actor.id,
      isoTime(clock.nowMs()),
    ],
  );
  if (rows.length === 0) return false;
  const data = { scope: change.scope, stopped: change.stopped, reason: change.reason };
  await appendEntries(tx, [
    newEntry(
      {
        tenant: change.tenant,
        type: 'switch.changed',
        actor: change.actor,
        incident: null,
        run: null,
        subject: change.scope,
        outcome: change.stopped ? 'closed' : 'opened',
        data,
      },
      clock,
    ),
  ]);
  return rows.length > 0;
}
