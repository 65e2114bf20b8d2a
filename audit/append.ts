import type { Entry } from '../domain/entry.ts';
import type { Sql } from '../store/database.ts';
import { entryBody } from './entry.ts';

/** Rows of one statement; more entries become more statements. */
const rowsMax = 2_000;

const insert = `
  insert into audit_entries (id, time, tenant, type, actor, incident, run, subject, outcome, body)
  select id, time, tenant, type, actor, incident, run, subject, outcome, body
  from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
    with ordinality as given (id, time, tenant, type, actor, incident, run, subject, outcome, body, position)
  order by position
  on conflict (id) do nothing`;

/**
 * Writes entries in the transaction of the state change that they describe, so that neither exists without the other.
 * An id that is there already is left as it is.
 */
export async function appendEntries(tx: Sql, entries: readonly Entry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += rowsMax) {
    const rows = entries.slice(from, from + rowsMax);
    await tx.query(insert, [
      rows.map((entry) => entry.id),
      rows.map((entry) => entry.time),
      rows.map((entry) => entry.tenant),
      rows.map((entry) => entry.type),
      rows.map((entry) => actorText(entry.actor)),
      rows.map((entry) => entry.incident),
      rows.map((entry) => entry.run),
      rows.map((entry) => entry.subject),
      rows.map((entry) => entry.outcome),
      rows.map(entryBody),
    ]);
  }
}

/** How the `actor` column names an actor: `person:alice`. */
export const actorText = (actor: Entry['actor']): string => `${actor.kind}:${actor.id}`;
