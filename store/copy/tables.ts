import { SallyportError } from '../../domain/errors.ts';
import type { Sql } from '../database.ts';

export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

export interface CopiedSequence {
  readonly name: string;
  readonly last: string;
  readonly called: boolean;
}

/** Written by whoever applies migrations, not by whoever puts a copy back. */
const notCopied = 'schema_migrations';

/** Every table of the schema, those that others refer to first. */
export async function tablesOf(sql: Sql): Promise<readonly CopiedTable[]> {
  const rows = await sql.query<{ name: string; columns: CopiedTable['columns'] }>(
    `select c.relname as name,
            jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> $1
      group by c.relname order by c.relname`,
    [notCopied],
  );
  const references = await sql.query<{ from: string; to: string }>(
    `select r.relname as from, t.relname as to from pg_constraint k
       join pg_class r on r.oid = k.conrelid join pg_class t on t.oid = k.confrelid
      where k.contype = 'f' and k.conrelid <> k.confrelid and r.relnamespace = current_schema()::regnamespace`,
  );
  return inOrder(rows, references);
}

function inOrder(
  tables: readonly CopiedTable[],
  references: readonly { readonly from: string; readonly to: string }[],
): readonly CopiedTable[] {
  const ordered: CopiedTable[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const waits = (table: CopiedTable): boolean =>
      references.some(
        ({ from, to }) => from === table.name && left.some((other) => other.name === to),
      );
    const free = left.filter((table) => !waits(table));
    if (free.length === 0)
      throw new SallyportError('BROKEN_INVARIANT', 'tables refer to each other in a circle');
    ordered.push(...free);
    left = left.filter((table) => !free.includes(table));
  }
  return ordered;
}

export async function sequencesOf(sql: Sql): Promise<readonly CopiedSequence[]> {
  const names = await sql.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'S' order by 1`,
  );
  const sequences: CopiedSequence[] = [];
  for (const { name } of names) {
    const [row] = await sql.query<{ last: string; called: boolean }>(
      `select last_value::text as last, is_called as called from ${quoted(name)}`,
    );
    if (row !== undefined) sequences.push({ name, ...row });
  }
  return sequences;
}

/** Names come from PostgreSQL's own catalog, or from a copy whose digest was checked: quoted all the same. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
