import type { CastVote } from '../domain/gate.ts';
import type { VotePayload } from '../domain/vote.ts';
import type { Sql } from './database.ts';

export interface VoteRow {
  readonly id: string;
  readonly gate_id: string;
  readonly approver: string;
  readonly person: string;
  readonly decision: VotePayload['decision'];
  readonly payload: VotePayload;
  readonly signature: string;
  readonly reason: string;
  readonly verdict: 'pending' | 'counted' | 'refused';
  readonly verdict_why: string;
  readonly delivered_at: Date | null;
  readonly cast_at: Date;
}

/** Votes of a gate in the order of their arrival; those still pending and those refused too, unless told otherwise. */
export async function voteRows(
  sql: Sql,
  of: { readonly gateId: string; readonly verdict?: VoteRow['verdict'] },
): Promise<readonly VoteRow[]> {
  return sql.query<VoteRow>(
    'select * from votes where gate_id = $1 and ($2::text is null or verdict = $2) order by cast_at, id',
    [of.gateId, of.verdict ?? null],
  );
}

export async function castVotes(
  sql: Sql,
  of: { readonly gateId: string; readonly verdict?: VoteRow['verdict'] },
): Promise<readonly CastVote[]> {
  return (await voteRows(sql, of)).map(toCastVote);
}

/** How many approvals stand at each gate; gates without any are missing. */
export async function approvalCounts(
  sql: Sql,
  gateIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.query<{ gate_id: string; count: number }>(
    `select gate_id, count(distinct person) as count from votes v
      where gate_id = any($1) and verdict = 'counted' and decision = 'approve'
        and not exists (select from votes later where later.gate_id = v.gate_id and later.person = v.person
                          and later.verdict = 'counted' and later.decision = 'reject')
      group by gate_id`,
    [gateIds],
  );
  return new Map(rows.map((row) => [row.gate_id, row.count]));
}

export function toCastVote(row: VoteRow): CastVote {
  return {
    id: row.id,
    payload: row.payload,
    signature: row.signature,
    person: row.person,
    castAtMs: row.cast_at.getTime(),
  };
}
