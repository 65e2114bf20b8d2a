import type { Database, Sql } from '../database.ts';
import { quoted, sequencesOf, tablesOf } from './tables.ts';
import type { CopiedSequence, CopiedTable } from './tables.ts';

/** The first line of a copy. */
export interface CopyHead {
  readonly format: 'sallyport-copy/1';
  readonly takenAt: string;
  readonly migrations: readonly { readonly name: string; readonly sha256: string }[];
  readonly sequences: readonly CopiedSequence[];
  /** The note of the newest checkpoint that the copy holds. */
  readonly checkpoint: string | null;
  /** Entries under numbers. */
  readonly sequenced: number;
}

export type CopyLine = CopyHead | CopiedTable | readonly (string | null)[] | CopyEnd;

export interface CopyEnd {
  readonly rows: Readonly<Record<string, number>>;
}

/** Rows that are in memory at once. */
const rowsAtOnce = 500;

/**
 * Gives a copy of the database line by line, as of one moment: a head, then for each table its columns and its rows as
 * PostgreSQL's own text of each value, then how many there were. Nobody is held up meanwhile.
 */
export async function writeCopy(
  db: Database,
  takenAt: string,
  put: (line: string) => Promise<void>,
): Promise<CopyHead & CopyEnd> {
  return db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    await tx.query('set local statement_timeout = 0');
    const head = await headOf(tx, takenAt);
    await put(lineOf(head));
    const rows: Record<string, number> = {};
    for (const table of await tablesOf(tx)) {
      await put(lineOf(table));
      rows[table.name] = await writeRows(tx, table, put);
    }
    await put(lineOf({ rows }));
    return { ...head, rows };
  });
}

const lineOf = (line: CopyLine): string => `${JSON.stringify(line)}\n`;

async function headOf(tx: Sql, takenAt: string): Promise<CopyHead> {
  const [checkpoint] = await tx.query<{ note: string }>(
    'select note from audit_checkpoints order by size desc limit 1',
  );
  const [entries] = await tx.query<{ sequenced: number }>(
    'select coalesce(sum(entries), 0)::bigint as sequenced from audit_groups where seq is not null',
  );
  return {
    format: 'sallyport-copy/1',
    takenAt,
    migrations: await tx.query('select name, sha256 from schema_migrations order by name'),
    sequences: await sequencesOf(tx),
    checkpoint: checkpoint?.note ?? null,
    sequenced: entries?.sequenced ?? 0,
  };
}

async function writeRows(
  tx: Sql,
  table: CopiedTable,
  put: (line: string) => Promise<void>,
): Promise<number> {
  const values = table.columns.map((column) => `${quoted(column.name)}::text`).join(', ');
  await tx.query(
    `declare copied no scroll cursor for select json_build_array(${values})::text as line from ${quoted(table.name)}`,
  );
  let count = 0;
  for (;;) {
    const rows = await tx.query<{ line: string }>(`fetch ${rowsAtOnce} from copied`);
    if (rows.length === 0) break;
    await put(rows.map((row) => `${row.line}\n`).join(''));
    count += rows.length;
  }
  await tx.query('close copied');
  return count;
}
