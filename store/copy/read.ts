import { SallyportError } from '../../domain/errors.ts';
import type { Database, Sql } from '../database.ts';
import { migrate } from '../migrate.ts';
import { markRestored, type Restored } from '../timeline.ts';
import { quoted, tablesOf } from './tables.ts';
import type { CopiedTable } from './tables.ts';
import type { CopyEnd, CopyHead } from './write.ts';

/** Text that one statement carries. */
const bytesAtOnce = 4 * 1_048_576;

/**
 * Puts a copy into an empty database: its own migrations, its rows, then the migrations that came since. All rows or
 * none. The database says of itself that it is an older copy, so that whoever starts on it must recover first.
 * CONFLICT where the database is not empty; REQUEST_INVALID where the copy is cut.
 */
export async function readCopy(
  db: Database,
  lines: AsyncIterable<string>,
  mark: (head: CopyHead) => Restored,
): Promise<CopyEnd['rows']> {
  if ((await tablesOf(db)).length > 0)
    throw new SallyportError(
      'CONFLICT',
      'the database is not empty; a copy goes into an empty one',
    );
  const reader = lines[Symbol.asyncIterator]();
  const head = await headOf(reader);
  await migrate(db, head.migrations);
  const rows = await db.transaction(async (tx) => {
    await tx.query('set local statement_timeout = 0');
    const tables = await tablesOf(tx);
    await tx.query(`truncate ${tables.map((table) => quoted(table.name)).join(', ')}`);
    const read = await readTables(tx, { reader, tables });
    for (const { name, last, called } of head.sequences)
      await tx.query('select setval($1::regclass, $2::bigint, $3)', [quoted(name), last, called]);
    await markRestored(tx, mark(head));
    return read;
  });
  await migrate(db);
  await db.query('analyze');
  return rows;
}

async function headOf(reader: AsyncIterator<string>): Promise<CopyHead> {
  const head = await nextLine(reader);
  if (!isRecord(head) || head['format'] !== 'sallyport-copy/1')
    throw new SallyportError('REQUEST_INVALID', 'this is no copy that this version knows');
  // Its digest was checked against the manifest: it is as `writeCopy` wrote it.
  return head as unknown as CopyHead;
}

async function readTables(
  tx: Sql,
  copy: { readonly reader: AsyncIterator<string>; readonly tables: readonly CopiedTable[] },
): Promise<CopyEnd['rows']> {
  const { reader, tables } = copy;
  const found: Record<string, number> = {};
  let load: Load | null = null;
  for (;;) {
    const text = await reader.next();
    if (text.done === true) throw new SallyportError('REQUEST_INVALID', 'the copy is cut');
    if (text.value.startsWith('[')) {
      if (load === null) throw new SallyportError('REQUEST_INVALID', 'a row before any table');
      await load.add(text.value);
      continue;
    }
    if (load !== null) found[load.name] = await load.end();
    const line: unknown = JSON.parse(text.value);
    if (isRecord(line) && 'rows' in line) return checked(found, line as unknown as CopyEnd);
    load = loadInto(tx, sameTable(tables, line));
  }
}

/** SECURITY: names and types that become SQL are those of the database, never those of the copy. */
function sameTable(tables: readonly CopiedTable[], line: unknown): CopiedTable {
  const table = tables.find((each) => JSON.stringify(each) === JSON.stringify(line));
  if (table === undefined)
    throw new SallyportError(
      'REQUEST_INVALID',
      'the copy has a table that its migrations do not make',
    );
  return table;
}

function checked(found: Readonly<Record<string, number>>, end: CopyEnd): CopyEnd['rows'] {
  for (const [name, count] of Object.entries(end.rows))
    if (found[name] !== count)
      throw new SallyportError(
        'REQUEST_INVALID',
        `the copy holds ${found[name] ?? 0} of ${count} rows of ${name}`,
      );
  return end.rows;
}

interface Load {
  readonly name: string;
  add(row: string): Promise<void>;
  /** Gives how many rows there were. */
  end(): Promise<number>;
}

function loadInto(tx: Sql, table: CopiedTable): Load {
  const names = table.columns.map((column) => quoted(column.name)).join(', ');
  const values = table.columns.map((column, at) => `(r->>${at})::${column.type}`).join(', ');
  const insert = `insert into ${quoted(table.name)} (${names}) overriding system value select ${values} from json_array_elements($1::json) as r`;
  let waiting: string[] = [];
  let bytes = 0;
  let count = 0;
  const flush = async (): Promise<void> => {
    if (waiting.length > 0) await tx.query(insert, [`[${waiting.join(',')}]`]);
    count += waiting.length;
    [waiting, bytes] = [[], 0];
  };
  return {
    name: table.name,
    add: async (row) => {
      waiting.push(row);
      bytes += row.length;
      if (bytes >= bytesAtOnce) await flush();
    },
    end: async () => {
      await flush();
      return count;
    },
  };
}

async function nextLine(reader: AsyncIterator<string>): Promise<unknown> {
  const line = await reader.next();
  if (line.done === true) throw new SallyportError('REQUEST_INVALID', 'the copy is empty');
  try {
    return JSON.parse(line.value);
  } catch {
    throw new SallyportError('REQUEST_INVALID', 'this is no copy that this version knows');
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
