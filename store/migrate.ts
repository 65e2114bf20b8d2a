import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SallyportError } from '../domain/errors.ts';
import type { Database, Sql } from './database.ts';

interface Migration {
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
}

/** Any constant does, as long as every process uses the same one. */
const advisoryLockKey = 7_290_411;

const shippedMigrations = fileURLToPath(new URL('./migrations/', import.meta.url));

/**
 * Brings the schema up to date: the files of `store/migrations` in the order of their names, all in one transaction,
 * one process at a time. Returns the names of the files that were applied now.
 * `only`: no others than these, for a copy that was made before the rest.
 * Throws SCHEMA_UNKNOWN where the database, or `only`, holds a migration that this version does not have or has otherwise.
 */
export async function migrate(
  db: Database,
  only?: readonly Pick<Migration, 'name' | 'sha256'>[],
): Promise<readonly string[]> {
  const all = await readMigrations();
  const wanted = new Map(only?.map(({ name, sha256 }) => [name, sha256]));
  refuseForeign(wanted, all);
  const migrations = only === undefined ? all : all.filter(({ name }) => wanted.has(name));
  return db.transaction(async (tx) => {
    await tx.query('set local statement_timeout = 0');
    await tx.query(`select pg_advisory_xact_lock(${advisoryLockKey})`);
    const applied = await readApplied(tx);
    refuseForeign(applied, all);
    const missing = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of missing) await apply(tx, migration);
    return missing.map((migration) => migration.name);
  });
}

async function readMigrations(): Promise<readonly Migration[]> {
  const names = (await readdir(shippedMigrations)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(`${shippedMigrations}/${name}`, 'utf8');
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

async function readApplied(tx: Sql): Promise<ReadonlyMap<string, string>> {
  await tx.query(`create table if not exists schema_migrations (
    name text primary key, sha256 text not null, applied_at timestamptz not null default clock_timestamp())`);
  const rows = await tx.query<{ name: string; sha256: string }>(
    'select name, sha256 from schema_migrations',
  );
  return new Map(rows.map((row) => [row.name, row.sha256]));
}

function refuseForeign(
  applied: ReadonlyMap<string, string>,
  migrations: readonly Migration[],
): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.sha256]));
  for (const [name, sha256] of applied) {
    if (known.get(name) === sha256) continue;
    const how = known.has(name) ? 'in another wording' : 'which this version does not have';
    throw new SallyportError('SCHEMA_UNKNOWN', `the database has migration ${name} ${how}`);
  }
}

/** Without values the text goes out as one simple query, so that a file may hold many statements. */
async function apply(tx: Sql, migration: Migration): Promise<void> {
  await tx.query(migration.text);
  await tx.query('insert into schema_migrations (name, sha256) values ($1, $2)', [
    migration.name,
    migration.sha256,
  ]);
}
