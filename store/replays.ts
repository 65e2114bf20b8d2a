import type { JsonObject } from '../domain/json.ts';
import type { Sql } from './database.ts';

/** A finding of a receipt, and what stands around it. */
export interface FiledBefore {
  readonly id: string;
  readonly incidentId: string;
  readonly body: JsonObject;
  readonly isLead: boolean;
  readonly isClosed: boolean;
  /** A ticket, or a run that may make one: what must not be made again. */
  readonly isTicketed: boolean;
}

/** Locks the incidents until the transaction ends. In the order in which the findings were filed. */
export async function filedBefore(
  tx: Sql,
  tenant: string,
  receiptId: string,
): Promise<readonly FiledBefore[]> {
  return tx.query<FiledBefore>(
    `select f.id, f.incident_id as "incidentId", f.body, i.lead_finding = f.id as "isLead", i.state = 'closed' as "isClosed",
            exists (select 1 from ticket_links l where l.incident_id = i.id) or exists (select 1 from runs r where r.incident_id = i.id) as "isTicketed"
       from findings f join incidents i on i.id = f.incident_id
       left join lateral (
         select x.at from receipts r cross join lateral jsonb_array_elements(r.findings) with ordinality as x(item, at)
          where r.tenant = $1 and r.id = $2 and x.item->>'id' = f.id limit 1) place on true
      where f.tenant = $1 and (f.receipt_id = $2 or f.id in (
              select x->>'id' from receipts r cross join lateral jsonb_array_elements(r.findings) x where r.tenant = $1 and r.id = $2))
      order by place.at nulls last, f.id for no key update of i`,
    [tenant, receiptId],
  );
}

/** Writes a finding that an incident has anew, or beside those that it has. */
export async function putFinding(
  tx: Sql,
  finding: {
    readonly id: string;
    readonly tenant: string;
    readonly incidentId: string;
    readonly receiptId: string;
    readonly body: JsonObject;
  },
): Promise<void> {
  await tx.query(
    `insert into findings (id, tenant, incident_id, receipt_id, body) values ($1, $2, $3, $4, $5)
     on conflict (id) do update set body = excluded.body`,
    [
      finding.id,
      finding.tenant,
      finding.incidentId,
      finding.receiptId,
      JSON.stringify(finding.body),
    ],
  );
}

export interface NewLead {
  readonly incidentId: string;
  readonly findingId: string;
  readonly title: string;
  readonly format: string;
  readonly kind: string;
  readonly severityId: number;
}

/** What the incident is about, as read today. Severity only rises; the ticket hears of it as of any change. */
export async function putLead(tx: Sql, lead: NewLead): Promise<void> {
  await tx.query(
    `update incidents
        set lead_finding = $2, title = $3, format = $4, kind = $5, severity_id = greatest(severity_id, $6), facts = null,
            revision = revision + 1, due_at = least(coalesce(due_at, clock_timestamp()), clock_timestamp())
      where id = $1`,
    [lead.incidentId, lead.findingId, lead.title, lead.format, lead.kind, lead.severityId],
  );
}
