import { severityNames } from '../domain/finding.ts';
import type { SeverityId } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';

/** The columns of an incident that rules and playbooks may read. */
export interface FactRow {
  readonly id: string;
  readonly tenant: string;
  readonly number: number;
  readonly correlation_key: string;
  readonly title: string;
  readonly format: string;
  readonly kind: string;
  readonly priority: string | null;
  readonly owner: string | null;
  readonly severity_id: SeverityId;
  readonly count: number;
  readonly first_seen: Date;
  readonly last_seen: Date;
  readonly all_clear_at: Date | null;
  readonly facts: JsonObject;
}

/**
 * What rules may read, for a row of `incidents` named \`row\`: its lead finding, as it was filed. Rows of older versions hold a
 * copy of their own.
 */
export const factsSql = (row: string): string =>
  `coalesce(${row}.facts, (select jsonb_build_object('finding', lead.body) from findings lead where lead.id = ${row}.lead_finding), '{}')`;

/** `incident` beside what intake wrote (`finding`): the roots of every expression and path. */
export function factsOf(row: FactRow): JsonObject {
  return {
    ...row.facts,
    incident: {
      id: row.id,
      number: row.number,
      key: row.correlation_key,
      severity: row.severity_id,
      severityName: severityNames[row.severity_id],
      count: row.count,
      title: row.title,
      format: row.format,
      kind: row.kind,
      priority: row.priority,
      owner: row.owner,
      firstSeen: row.first_seen.toISOString(),
      lastSeen: row.last_seen.toISOString(),
      allClear: row.all_clear_at !== null,
    },
  };
}
