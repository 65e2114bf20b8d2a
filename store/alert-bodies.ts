import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from './database.ts';

export interface KeptRow {
  readonly receiptId: string;
  readonly source: string;
  readonly body: Uint8Array;
  readonly receivedAt: string;
  readonly original: {
    readonly keyId: string;
    readonly sealed: Uint8Array;
    readonly expiresAt: string;
  } | null;
}

/** Keeps redacted bodies, and sealed originals where there are, in the transaction of their receipts. */
export async function insertKept(tx: Sql, tenant: string, rows: readonly KeptRow[]): Promise<void> {
  await tx.query(
    `insert into alert_bodies (receipt_id, tenant, source, body, received_at)
     select receipt_id, $1, source, body, received_at
       from unnest($2::text[], $3::text[], $4::bytea[], $5::timestamptz[]) as x(receipt_id, source, body, received_at)
     on conflict do nothing`,
    [
      tenant,
      rows.map((row) => row.receiptId),
      rows.map((row) => row.source),
      rows.map((row) => Buffer.from(row.body)),
      rows.map((row) => row.receivedAt),
    ],
  );
  const originals = rows.flatMap(({ receiptId, source, original }) =>
    original === null ? [] : [{ receiptId, source, ...original }],
  );
  if (originals.length === 0) return;
  await tx.query(
    `insert into alert_originals (receipt_id, tenant, source, key_id, sealed, expires_at)
     select receipt_id, $1, source, key_id, sealed, expires_at
       from unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::timestamptz[]) as x(receipt_id, source, key_id, sealed, expires_at)
     on conflict do nothing`,
    [
      tenant,
      originals.map((row) => row.receiptId),
      originals.map((row) => row.source),
      originals.map((row) => row.keyId),
      originals.map((row) => Buffer.from(row.sealed)),
      originals.map((row) => row.expiresAt),
    ],
  );
}

export interface KeptBody {
  readonly receiptId: string;
  readonly source: string;
  readonly body: Buffer;
  readonly receivedAt: Date;
}

export interface KeptQuery {
  readonly tenant: string;
  readonly source: string | null;
  readonly since: string;
  readonly until: string;
  /** The last receipt of the page before, with its time. */
  readonly after: { readonly receivedAt: string; readonly receiptId: string } | null;
  readonly limit: number;
}

/** The oldest first. */
export async function readKept(sql: Sql, query: KeptQuery): Promise<readonly KeptBody[]> {
  return sql.query<KeptBody>(
    `select receipt_id as "receiptId", source, body, received_at as "receivedAt" from alert_bodies
      where tenant = $1 and ($2::text is null or source = $2) and received_at >= $3 and received_at <= $4
        and ($5::timestamptz is null or (received_at, receipt_id) > ($5, $6))
      order by received_at, receipt_id limit $7`,
    [
      query.tenant,
      query.source,
      query.since,
      query.until,
      query.after?.receivedAt ?? null,
      query.after?.receiptId ?? null,
      query.limit,
    ],
  );
}

export interface SealedAlert {
  readonly source: string;
  readonly keyId: string;
  readonly sealed: Buffer;
}

export async function readSealedAlert(
  sql: Sql,
  tenant: string,
  receiptId: string,
): Promise<SealedAlert | null> {
  const [row] = await sql.query<SealedAlert>(
    `select source, key_id as "keyId", sealed from alert_originals
      where tenant = $1 and receipt_id = $2 and expires_at > clock_timestamp()`,
    [tenant, receiptId],
  );
  return row ?? null;
}

const rowsPerRound = 10_000;

/** Deletes bodies that are past their days and originals that are past their hours, with an entry. True if there may be more. */
export async function purgeKept(
  db: Database,
  of: { readonly tenant: string; readonly alertsDays: number },
  clock: Clock,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const bodies = await tx.query(
      `delete from alert_bodies where receipt_id in
         (select receipt_id from alert_bodies where tenant = $1 and received_at < (select clock_timestamp() - $2 * interval '1 day') order by received_at limit $3) returning 1`,
      [of.tenant, of.alertsDays, rowsPerRound],
    );
    const originals = await tx.query(
      `delete from alert_originals where receipt_id in
         (select receipt_id from alert_originals where tenant = $1 and expires_at <= (select clock_timestamp()) order by expires_at limit $2) returning 1`,
      [of.tenant, rowsPerRound],
    );
    if (bodies.length + originals.length === 0) return false;
    const data = { alertBodies: bodies.length, alertOriginals: originals.length };
    await appendEntries(tx, [
      newEntry(
        {
          tenant: of.tenant,
          type: 'retention.purged',
          actor: { kind: 'service', id: 'retention' },
          incident: null,
          run: null,
          subject: null,
          outcome: 'done',
          data,
        },
        clock,
      ),
    ]);
    return Math.max(bodies.length, originals.length) === rowsPerRound;
  });
}
