import type { Sql } from './database.ts';

/** When the last complete reading of a source began; null before the first. */
export async function readPulledAt(
  sql: Sql,
  tenant: string,
  source: string,
): Promise<number | null> {
  const [row] = await sql.query<{ cursor: { readonly sinceMs: number } }>(
    'select cursor from pull_cursors where tenant = $1 and source = $2',
    [tenant, source],
  );
  return row?.cursor.sinceMs ?? null;
}

export async function savePulledAt(
  sql: Sql,
  of: { readonly tenant: string; readonly source: string; readonly sinceMs: number },
): Promise<void> {
  await sql.query(
    `insert into pull_cursors (tenant, source, cursor, read_at) values ($1, $2, $3, clock_timestamp())
     on conflict (tenant, source) do update set cursor = excluded.cursor, read_at = excluded.read_at`,
    [of.tenant, of.source, JSON.stringify({ sinceMs: of.sinceMs })],
  );
}

/** Which of these deliveries have a receipt. */
export async function knownDeliveries(
  sql: Sql,
  of: { readonly tenant: string; readonly source: string; readonly keys: readonly string[] },
): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ delivery: string }>(
    'select delivery from receipts where tenant = $1 and source = $2 and delivery = any($3::text[])',
    [of.tenant, of.source, of.keys],
  );
  return new Set(rows.map((row) => row.delivery));
}
