import type { JsonObject } from '../domain/json.ts';
import type { Sql } from '../store/database.ts';
import type { EffectResult } from '../store/effects.ts';
import type { EffectCase } from './effect-case.ts';

/** Ties tickets that were made or found to their incidents, in the transaction that records them. */
export async function linkTickets(
  tx: Sql,
  done: readonly { effect: EffectCase; result: EffectResult }[],
): Promise<void> {
  const links = done
    .filter(
      ({ effect, result }) =>
        effect.item.command.ticket?.verb === 'ensure' && result.state === 'done',
    )
    .map(({ effect, result }) => ({
      key: effect.key,
      tenant: effect.item.run.tenant,
      incident: effect.item.run.incidentId,
      connection: effect.connection.name,
      purpose: effect.item.command.ticket?.purpose ?? '',
      ticket: textAt(result.output, 'ticketId'),
      url: textAt(result.output, 'url'),
    }));
  if (links.length === 0) return;
  await tx.query(
    `insert into ticket_links (key, tenant, incident_id, connection, purpose, external_id, url)
     select l.key, l.tenant, l.incident, l.connection, l.purpose, l.ticket, l.url
       from jsonb_to_recordset($1::jsonb) as l(key text, tenant text, incident text, connection text, purpose text, ticket text, url text)
     on conflict (key) do nothing`,
    [JSON.stringify(links)],
  );
}

function textAt(output: JsonObject | null, field: string): string {
  const value = output?.[field];
  return typeof value === 'string' ? value : '';
}
