import type { EffectState } from '../domain/effect.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import type { Sql } from './database.ts';

/**
 * What came of an order that was approved: nothing yet (`due`), no call at all (`void` with the reason, as after a
 * refusal, or `lapsed`), or the effect's state.
 */
export interface GateResult {
  readonly state: EffectState | 'due' | 'void' | 'lapsed';
  readonly detail: string;
}

/** By gate; those that were never approved have none. An undo, which comes after it under the same order, is not the order's result. */
export async function gateResults(
  sql: Sql,
  gateIds: readonly string[],
  clock: Clock,
): Promise<ReadonlyMap<string, GateResult>> {
  const rows = await sql.query<GateResult & { readonly gate_id: string }>(
    `select w.gate_id, coalesce(e.state, case when w.void_reason is not null then 'void' when w.expires_at <= $2 then 'lapsed' else 'due' end) as state,
            coalesce(case when e.state is null then w.void_reason else e.detail end, '') as detail
       from warrants w join gates g on g.id = w.gate_id
       left join lateral (select state, detail from effects where incident_id = g.incident_id and order_digest = w.order_digest
                           order by intended_at limit 1) e on true
      where w.gate_id = any($1) and w.purpose = 'act'`,
    [gateIds, isoTime(clock.nowMs())],
  );
  return new Map(rows.map(({ gate_id: id, state, detail }) => [id, { state, detail }]));
}
