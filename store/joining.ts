import type { Hold } from '../domain/hold.ts';
import { caseOfIncident, type CaseView } from './cases.ts';
import type { Sql } from './database.ts';

/** Why an incident holds the alerts that it holds, and what else belongs to it. */
export interface Joining {
  /** The correlation rule that made its key; empty for one that was filed before rules were kept. */
  readonly rule: string;
  readonly parts: readonly string[];
  /** False: its window passed, and it takes no more alerts. */
  readonly joins: boolean;
  readonly reopened: number;
  /** When it took another key because the one of its tokens was rotated; null: never. */
  readonly renamedAt: string | null;
  readonly follows: Neighbour | null;
  readonly followedBy: Neighbour | null;
  readonly hold: Hold | null;
  /** Other incidents that share something with it; null where there are none. */
  readonly case: CaseView | null;
}

export interface Neighbour {
  readonly number: number;
  readonly state: string;
  readonly title: string;
}

interface Row {
  readonly join_rule: string;
  readonly join_parts: readonly string[];
  readonly joins: boolean;
  readonly reopened: number;
  readonly renamed_at: Date | null;
  readonly hold: Hold | null;
  readonly before: Neighbour | null;
  readonly after: Neighbour | null;
}

export async function readJoining(sql: Sql, incidentId: string): Promise<Joining> {
  const [row] = await sql.query<Row>(
    `select i.join_rule, i.join_parts, i.joins, i.reopened, i.renamed_at, i.hold,
            (select json_build_object('number', b.number, 'state', b.state, 'title', b.title) from incidents b where b.id = i.follows) as before,
            (select json_build_object('number', a.number, 'state', a.state, 'title', a.title) from incidents a
              where a.tenant = i.tenant and a.correlation_key = i.correlation_key and a.follows = i.id order by a.number limit 1) as after
       from incidents i where i.id = $1`,
    [incidentId],
  );
  return {
    rule: row?.join_rule ?? '',
    parts: row?.join_parts ?? [],
    joins: row?.joins ?? true,
    reopened: row?.reopened ?? 0,
    renamedAt: row?.renamed_at?.toISOString() ?? null,
    follows: row?.before ?? null,
    followedBy: row?.after ?? null,
    hold: row?.hold ?? null,
    case: await caseOfIncident(sql, incidentId),
  };
}
