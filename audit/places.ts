import type { Sql } from '../store/database.ts';

/** An entry at its place in the log. */
export interface Placed {
  readonly seq: number;
  readonly body: string;
}

/**
 * `inserted` values that one statement takes at a time, as the sequence `audit_blocks` hands them out (migration 0008,
 * which also cuts old groups at these bounds); no group reaches over more. With less here, groups would be read without their ends.
 */
export const blockMax = 2_048;

/** The entries in the places `[from, to)`, in order. Only groups have numbers: whole ones are read, then cut. */
export async function readPlaces(
  sql: Sql,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly Placed[]> {
  if (from >= to) return [];
  const rows = await sql.query<Placed>(
    `select g.seq, e.body
       from (select first, entries, seq from audit_groups
              where seq >= coalesce((select max(seq) from audit_groups where seq <= $1), 0) and seq < $2) g
      cross join lateral (select inserted, body from audit_entries
                           where inserted >= g.first and inserted < g.first + ${blockMax} order by inserted limit g.entries) e
      order by g.seq, e.inserted`,
    [from, to],
  );
  let group = -1;
  let within = 0;
  const placed = rows.map(({ seq, body }) => {
    within = seq === group ? within + 1 : 0;
    group = seq;
    return { seq: seq + within, body };
  });
  return placed.filter(({ seq }) => seq >= from && seq < to);
}
