import type { JsonObject } from '../domain/json.ts';
import type { TriageTrace } from '../domain/policy.ts';
import type { Sql } from './database.ts';
import { factsSql } from './incident-facts.ts';

/** Everything that a ticket may say beside what its run just learned. */
export interface TicketFile {
  readonly runKey: string;
  readonly facts: JsonObject;
  readonly trace: TriageTrace | null;
  readonly number: number;
  readonly count: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly allClearAt: Date | null;
  readonly runbook: string;
  readonly receipts: readonly string[];
  /** Who decided on the incident's gated actions, with what they let happen. */
  readonly decisions: readonly Decision[];
  readonly links: readonly {
    readonly connection: string;
    readonly purpose: string;
    readonly externalId: string;
  }[];
}

export interface Decision {
  readonly capability: string;
  readonly decision: 'approve' | 'reject' | 'undo';
  readonly person: string;
  /** RFC 3339. */
  readonly at: string;
}

const receiptsMax = 8;

export async function loadTicketFiles(
  sql: Sql,
  runKeys: readonly string[],
): Promise<ReadonlyMap<string, TicketFile>> {
  if (runKeys.length === 0) return new Map();
  const rows = await sql.query<TicketFile>(
    `select r.key as "runKey", ${factsSql('i')} as facts, i.trace, i.number, i.count,
            i.first_seen as "firstSeen", i.last_seen as "lastSeen", i.all_clear_at as "allClearAt",
            coalesce(p.body->>'runbook', '') as runbook,
            coalesce((select jsonb_agg(f.receipt_id) from (select receipt_id from findings where incident_id = i.id order by at limit ${receiptsMax}) f), '[]') as receipts,
            coalesce((select jsonb_agg(jsonb_build_object('capability', case v.decision when 'undo' then g.order_body->'undo'->>'capability' else g.order_body->>'capability' end,
                                                         'decision', v.decision, 'person', v.person, 'at', v.cast_at) order by v.cast_at)
                        from gates g join votes v on v.gate_id = g.id and v.verdict = 'counted' where g.incident_id = i.id), '[]') as decisions,
            coalesce((select jsonb_agg(jsonb_build_object('connection', l.connection, 'purpose', l.purpose, 'externalId', l.external_id))
                        from ticket_links l where l.incident_id = i.id), '[]') as links
       from runs r join incidents i on i.id = r.incident_id left join plans p on p.digest = r.plan_digest
      where r.key = any($1)`,
    [runKeys],
  );
  return new Map(rows.map((row) => [row.runKey, row]));
}
