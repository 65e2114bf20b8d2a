import type { EffectState } from '../domain/effect.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Sql } from './database.ts';
import { instanceLockClass } from './instance.ts';

export interface EffectRow {
  readonly key: string;
  readonly state: EffectState;
  readonly fence: number;
  readonly lease_live: boolean;
  /** The number of the instance that took the lease last. */
  readonly lease_owner: string | null;
  readonly order_digest: string | null;
  readonly output: JsonObject | null;
  readonly detail: string;
  /** Never negative: a call that seems to lie ahead was made before the clock was set back. */
  readonly called_ms_ago: number | null;
}

/** Rows of the keys that were met before, with whether their lease still counts. */
export async function loadEffects(
  sql: Sql,
  keys: readonly string[],
): Promise<Map<string, EffectRow>> {
  const rows = await sql.query<EffectRow>(
    `select key, state, fence, lease_owner, order_digest, output, detail,
            coalesce(lease_until > clock_timestamp() and exists (
              select 1 from pg_locks l
               where l.locktype = 'advisory' and l.classid = $2 and l.objid::bigint = e.lease_owner::bigint and l.objsubid = 2), false) as lease_live,
            (abs(extract(epoch from clock_timestamp() - called_at)) * 1000)::float8 as called_ms_ago
       from effects e where key = any($1)`,
    [keys, instanceLockClass],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

export interface EffectClaim {
  readonly key: string;
  readonly tenant: string;
  readonly incidentId: string;
  readonly runKey: string;
  readonly step: string;
  readonly capability: string;
  readonly connection: string;
  readonly target: string | null;
  readonly orderDigest: string | null;
  readonly inputDigest: string;
  /** The fence that was seen, 0 for a new effect: the claim fails where somebody was faster. */
  readonly seenFence: number;
  /** `intended` to act; `unknown` keeps the state while the outcome is looked up. */
  readonly state: 'intended' | 'unknown';
}

/** Takes the lease of each effect that nobody else took meanwhile. Returns key → fence of those that were won. */
export async function claimEffects(
  tx: Sql,
  claims: readonly EffectClaim[],
  lease: { owner: number; ms: number },
): Promise<Map<string, number>> {
  if (claims.length === 0) return new Map();
  const rows = await tx.query<{ key: string; fence: number }>(
    `insert into effects as e (key, tenant, incident_id, run_key, step, capability, connection, target, order_digest,
                               input_digest, state, fence, lease_owner, lease_until, called_at)
     select c.key, c.tenant, c."incidentId", c."runKey", c.step, c.capability, c.connection, c.target, c."orderDigest",
            c."inputDigest", c.state, 1, $2, clock_timestamp() + $3 * interval '1 millisecond', clock_timestamp()
       from jsonb_to_recordset($1::jsonb) as c(key text, tenant text, "incidentId" text, "runKey" text, step text,
            capability text, connection text, target text, "orderDigest" text, "inputDigest" text, "seenFence" bigint, state text)
     on conflict (key) do update
        set fence = e.fence + 1, lease_owner = excluded.lease_owner, lease_until = excluded.lease_until,
            attempts = e.attempts + 1, state = excluded.state, called_at = case when excluded.state = 'intended' then clock_timestamp() else e.called_at end
      where e.fence = (select (c->>'seenFence')::bigint from jsonb_array_elements($1::jsonb) c where c->>'key' = excluded.key limit 1)
        and e.state not in ('done', 'held')
     returning key, fence`,
    [JSON.stringify(claims), String(lease.owner), lease.ms],
  );
  return new Map(rows.map((row) => [row.key, row.fence]));
}

/** Whether somebody took the lease since its fence was seen to be this one, 0 for an effect that nobody had met. */
export async function wasClaimedSince(
  sql: Sql,
  seen: { readonly key: string; readonly fence: number },
): Promise<boolean> {
  const rows = await sql.query('select 1 from effects where key = $1 and fence > $2', [
    seen.key,
    seen.fence,
  ]);
  return rows.length > 0;
}

export interface EffectResult {
  readonly key: string;
  readonly fence: number;
  readonly state: EffectState;
  readonly output: JsonObject | null;
  readonly detail: string;
}

/** Writes results of leases that are still ours. Returns the keys written: a late holder writes nothing. */
export async function settleEffects(
  tx: Sql,
  results: readonly EffectResult[],
): Promise<Set<string>> {
  if (results.length === 0) return new Set();
  const rows = await tx.query<{ key: string }>(
    `update effects e
        set state = r.state, output = r.output, detail = r.detail, lease_until = null, settled_at = clock_timestamp()
       from jsonb_to_recordset($1::jsonb) as r(key text, fence bigint, state text, output jsonb, detail text)
      where e.key = r.key and e.fence = r.fence and e.state not in ('done', 'held')
     returning e.key`,
    [JSON.stringify(results)],
  );
  return new Set(rows.map((row) => row.key));
}

/** How many effects of a kind were started on a connection within the window; those that certainly failed do not count. */
export async function countRecentEffects(
  sql: Sql,
  scope: { connection: string; capabilityLike: string; windowMs: number },
): Promise<number> {
  const [row] = await sql.query<{ n: number }>(
    `select count(*) as n from effects
      where connection = $1 and capability like $2 and state <> 'failed'
        and intended_at > (select clock_timestamp() - $3 * interval '1 millisecond')`,
    [scope.connection, scope.capabilityLike, scope.windowMs],
  );
  return row?.n ?? 0;
}
