import { SallyportError } from '../domain/errors.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import { openSealedOriginal } from '../platform/sealed-box.ts';
import type { Sql } from './database.ts';

/** A statement holds 5 parameters a row; PostgreSQL takes 65,535. */
const rowsPerStatement = 5_000;

/** Stores originals of tokens, in the caller's transaction. A token that is there already keeps its first original. */
export async function keepOriginals(
  tx: Sql,
  tenant: string,
  sealed: readonly SealedOriginal[],
): Promise<void> {
  // In one order everywhere: two transactions that keep the same tokens must not wait for each other in a circle.
  const sorted = sealed.toSorted((a, b) => (a.token < b.token ? -1 : 1));
  for (let at = 0; at < sorted.length; at += rowsPerStatement) {
    const rows = sorted.slice(at, at + rowsPerStatement);
    await tx.query(
      `insert into vault (token, tenant, kind, key_id, sealed)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
       on conflict (token) do nothing`,
      [
        rows.map((row) => row.token),
        rows.map(() => tenant),
        rows.map((row) => row.kind),
        rows.map((row) => row.keyId),
        rows.map((row) => Buffer.from(row.sealed)),
      ],
    );
  }
  await keepAliases(tx, tenant, sorted);
}

async function keepAliases(
  tx: Sql,
  tenant: string,
  sealed: readonly SealedOriginal[],
): Promise<void> {
  const pairs = sealed
    .flatMap(({ token, older = [] }) => older.map((alias) => ({ token, alias })))
    .toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
  for (let at = 0; at < pairs.length; at += rowsPerStatement) {
    const rows = pairs.slice(at, at + rowsPerStatement);
    await tx.query(
      `insert into vault_aliases (older, token, tenant)
       select * from unnest($1::text[], $2::text[], $3::text[]) on conflict do nothing`,
      [rows.map((row) => row.alias), rows.map((row) => row.token), rows.map(() => tenant)],
    );
  }
}

export interface TokenAlias {
  readonly token: string;
  readonly other: string;
}

/** Other tokens for the same originals, made with keys that overlapped: older ones, and newer ones. */
export async function aliasesOf(
  sql: Sql,
  tenant: string,
  tokens: readonly string[],
): Promise<readonly TokenAlias[]> {
  if (tokens.length === 0) return [];
  return sql.query<TokenAlias>(
    `select token, older as other from vault_aliases where tenant = $1 and token = any($2::text[])
     union
     select older, token from vault_aliases where tenant = $1 and older = any($2::text[])`,
    [tenant, tokens],
  );
}

/** The original behind a token, or behind the newer token that it is an alias of. NOT_FOUND where the vault has none (or it expired); CREDENTIAL_REFUSED where the key is gone. */
export async function openOriginal(
  db: Sql,
  keyring: KeyRing,
  of: { tenant: string; token: string },
): Promise<string> {
  const [row] = await db.query<{ token: string; key_id: string; sealed: Buffer }>(
    `select token, key_id, sealed from vault
     where tenant = $2 and (expires_at is null or expires_at > clock_timestamp())
       and (token = $1 or token in (select token from vault_aliases where older = $1 and tenant = $2))
     order by token = $1 desc limit 1`,
    [of.token, of.tenant],
  );
  if (row === undefined)
    throw new SallyportError('NOT_FOUND', 'the vault holds no original for this token');
  return openSealedOriginal(keyring, {
    tenant: of.tenant,
    token: row.token,
    keyId: row.key_id,
    sealed: row.sealed,
  });
}
