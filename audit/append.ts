import type { Entry } from '../domain/entry.ts';
import type { Sql } from '../store/database.ts';
import { joined, joinedColumn } from '../store/joined-columns.ts';
import { entryBody, hasRandomId } from './entry.ts';

/** Rows of one statement; more entries become more statements. No more than a block of `audit_blocks` holds. */
export const entriesPerGroupMax = 2_000;

const insertSql = (onConflict: string): string => `
  with block as materialized (
    select nextval('audit_blocks') as first
  ), written as (
    insert into audit_entries (id, inserted, time, tenant, type, actor, incident, run, subject, outcome, body)
    select id, first + position - 1, time::timestamptz, tenant, type, actor, incident, run, subject, outcome, body
    from block, unnest(${Array.from({ length: 10 }, (_, index) => joinedColumn(index + 1)).join(', ')})
      with ordinality as given (id, time, tenant, type, actor, incident, run, subject, outcome, body, position)
    ${onConflict}
    returning inserted
  )
  insert into audit_groups (first, entries, dense)
  select min(inserted), count(*), max(inserted) - min(inserted) + 1 = count(*) from written having count(*) > 0`;

/** By the index `audit_once`, which leaves random ids out. */
const insertOnce = insertSql("on conflict (id) where left(id, 4) <> 'aud_' do nothing");
const insertRandom = insertSql('');

/**
 * Writes entries in the transaction of the state change that they describe, so that neither exists without the other.
 * An id that is there already is left as it is. What one call writes is a group in the log: its entries follow each other.
 */
export async function appendEntries(tx: Sql, entries: readonly Entry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += entriesPerGroupMax) {
    const rows = entries.slice(from, from + entriesPerGroupMax);
    await tx.query(
      rows.every(hasRandomId) ? insertRandom : insertOnce,
      columns.map((read) => joined(rows, read)),
    );
  }
}

/** Null travels as the empty text, which none of these is. */
const columns: readonly ((entry: Entry) => string)[] = [
  (entry) => entry.id,
  (entry) => entry.time,
  (entry) => entry.tenant,
  (entry) => entry.type,
  (entry) => actorText(entry.actor),
  (entry) => entry.incident ?? '',
  (entry) => entry.run ?? '',
  (entry) => entry.subject ?? '',
  (entry) => entry.outcome,
  entryBody,
];

/** How the `actor` column names an actor: `person:alice`. */
export const actorText = (actor: Entry['actor']): string => `${actor.kind}:${actor.id}`;
