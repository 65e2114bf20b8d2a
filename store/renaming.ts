import { SallyportError } from '../domain/errors.ts';
import type { Sql } from './database.ts';

/** An incident whose correlation key was made of tokens of an older key. */
export interface RenamedRow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** What the new key is made of. */
  readonly parts: readonly string[];
}

/**
 * While token keys overlap, one problem may be known by two keys, and no index stops two processes from opening an incident under each.
 * They take turns, by a lock until the end of the transaction; it must be taken before anything is read.
 */
export async function takeTurns(tx: Sql, tenant: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('sallyport/renaming/' || $1, 0))", [
    tenant,
  ]);
}

/** CONFLICT where another process renamed or took one since it was read. */
export async function writeRenamed(tx: Sql, renamed: readonly RenamedRow[]): Promise<void> {
  const written = await tx.query(
    `update incidents i
        set correlation_key = r."to", join_parts = array(select json_array_elements_text(r.parts)), renamed_at = clock_timestamp()
       from json_to_recordset($1::json) as r(id text, "from" text, "to" text, parts json)
      where i.id = r.id and i.correlation_key = r."from" returning 1`,
    [JSON.stringify(renamed)],
  );
  if (written.length !== renamed.length)
    throw new SallyportError(
      'CONFLICT',
      'another process renamed one of these incidents meanwhile',
    );
}
