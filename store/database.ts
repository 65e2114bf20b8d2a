import pg from 'pg';
import { SallyportError } from '../domain/errors.ts';
import { statementNames } from './statement-names.ts';

/** What a room may do with SQL: a pool, or one transaction of it. Values are always parameters, never text. */
export interface Sql {
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

export interface Database extends Sql {
  /** Runs `work` in one READ COMMITTED transaction: commits when it returns, rolls back when it throws. */
  transaction<Result>(work: (tx: Sql) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly connectionsMax?: number;
  readonly statementTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  readonly name?: string;
}

/** Times come back as Date, bigint columns as number (ours stay far below 2^53). */
const bigintOid = 20;
pg.types.setTypeParser(bigintOid, (text) => Number(text));

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax ?? 8,
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    connectionTimeoutMillis: 5_000,
    // A new connection costs more than ten statements, and bursts come again.
    idleTimeoutMillis: 60_000,
    // Statements that are sent together are answered together: each wait for an answer costs a turn of a busy event loop.
    pipeline: true,
    application_name: options.name ?? 'sallyport',
  });
  // An idle connection that dies must not take the process with it: the next query opens another one.
  pool.on('error', () => undefined);
  // Nor must one that dies in a transaction: its statement fails, but the client says so once more on its own.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    query: (text, values) => run(pool, text, values),
    transaction: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  };
}

async function inTransaction<Result>(
  pool: pg.Pool,
  work: (tx: Sql) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch(asUnavailable);
  let broken: Error | undefined;
  let refused: unknown;
  let isOver = false;
  const query: Sql['query'] = async (text, values) => {
    // Of statements that went out together one may fail while another has more to send: that would commit by itself.
    if (isOver) throw new SallyportError('BROKEN_INVARIANT', 'the transaction has ended');
    return run<never>(client, text, values).catch((error: unknown) => {
      refused ??= error;
      throw error;
    });
  };
  try {
    // Alone, though others may go out together: where it fails, what follows would commit by itself.
    await run(client, 'begin');
    const result = await work({ query });
    isOver = true;
    const { command } = await client.query('commit').catch(asUnavailable);
    // PostgreSQL takes a commit after a refused statement for a rollback, and calls that no error.
    if (command === 'ROLLBACK') throw refused;
    return result;
  } catch (caught) {
    isOver = true;
    const error = isAftermath(caught) ? refused : caught;
    await client.query('rollback').catch((failure: Error) => (broken = failure));
    if (isStalePlan(error)) broken ??= error;
    throw error;
  } finally {
    client.release(broken);
  }
}

async function run<Row extends object>(
  on: pg.Pool | pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const name = values.length === 0 ? undefined : nameOf(text);
  const query = { text, values: [...values], ...(name === undefined ? {} : { name }) };
  const result = await on.query(query).catch(asUnavailable);
  return result.rows as Row[];
}

/** One for all connections: a text has the same name on each of them. */
const nameOf = statementNames();

/** Statements behind one that was refused say only that one was. */
const isAftermath = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '25P02';

/** A migration changed what a prepared statement gives: that connection cannot run it again, a new one can. */
const isStalePlan = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === '0A000';

/** Connection trouble becomes one code; what SQL itself refuses (SQLSTATE) is passed on as it is. */
function asUnavailable(error: unknown): never {
  const state =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const ours = /^[0-9A-Z]{5}$/.test(state) && !/^(08|53|57P|58)/.test(state);
  if (ours) throw error;
  throw new SallyportError('STORE_UNAVAILABLE', 'PostgreSQL cannot be reached', {
    cause: error,
    retryAfterMs: 2_000,
  });
}
