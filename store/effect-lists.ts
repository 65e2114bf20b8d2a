import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { EffectState } from '../domain/effect.ts';
import { moveEffect } from '../domain/effect.ts';
import type { Actor } from '../domain/entry.ts';
import { SallyportError } from '../domain/errors.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';

export interface EffectSummary {
  readonly key: string;
  readonly incidentId: string;
  readonly runKey: string;
  readonly step: string;
  readonly capability: string;
  readonly connection: string;
  readonly target: string | null;
  readonly orderDigest: string | null;
  readonly state: EffectState;
  readonly attempts: number;
  readonly detail: string;
  readonly intendedAt: Date;
}

const columns = `key, incident_id as "incidentId", run_key as "runKey", step, capability, connection, target, order_digest as "orderDigest",
  state, attempts, detail, intended_at as "intendedAt"`;

/** The oldest first, at most 200. */
export function listEffects(
  sql: Sql,
  filter: { readonly tenant: string; readonly state: EffectState },
): Promise<EffectSummary[]> {
  return sql.query<EffectSummary>(
    `select ${columns} from effects where tenant = $1 and state = $2 order by intended_at limit 200`,
    [filter.tenant, filter.state],
  );
}

export interface EffectDecision {
  readonly tenant: string;
  readonly key: string;
  readonly outcome: 'done' | 'failed';
  readonly actor: Actor;
  /** Redacted. */
  readonly reason: string;
}

/** A person says what came of a held effect, which nobody else can tell. NOT_FOUND; CONFLICT where it is not held. */
export async function decideEffect(
  tx: Sql,
  decision: EffectDecision,
  clock: Clock,
): Promise<EffectSummary> {
  const [effect] = await tx.query<EffectSummary>(
    `select ${columns} from effects where tenant = $1 and key = $2 for update`,
    [decision.tenant, decision.key],
  );
  if (effect === undefined) throw new SallyportError('NOT_FOUND', 'no such effect');
  if (effect.state !== 'held')
    throw new SallyportError(
      'CONFLICT',
      `only a held effect is decided by a person; this one is ${effect.state}`,
    );
  const state = moveEffect(effect.state, decision.outcome);
  const detail = `decided by ${decision.actor.id}: ${decision.reason}`;
  await tx.query(
    'update effects set state = $2, detail = $3, fence = fence + 1, lease_until = null, settled_at = $4 where key = $1',
    [effect.key, state, detail, isoTime(clock.nowMs())],
  );
  const data = {
    key: effect.key,
    outcome: state,
    reason: decision.reason,
    capability: effect.capability,
    by: 'person',
  };
  const about = {
    tenant: decision.tenant,
    incident: effect.incidentId,
    run: effect.runKey,
    subject: effect.orderDigest ?? effect.key,
  };
  await appendEntries(tx, [
    newEntry(
      {
        ...about,
        type: 'effect.settled',
        actor: decision.actor,
        outcome: state === 'done' ? 'done' : 'failed',
        data,
      },
      clock,
    ),
  ]);
  return { ...effect, state, detail };
}
