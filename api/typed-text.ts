import type { Sql } from '../store/database.ts';
import { keepOriginals } from '../store/vault.ts';
import type { PeopleDeps } from './people-deps.ts';

/**
 * What a person typed, redacted, its originals kept in the caller's transaction.
 * SECURITY: the only way for typed text into the store, the ledger, a ticket or Temporal.
 */
export async function keepTyped(tx: Sql, deps: PeopleDeps, text: string): Promise<string> {
  const redacted = deps.redactor.redactText(text);
  await keepOriginals(tx, deps.tenant, redacted.sealed);
  return redacted.text;
}
