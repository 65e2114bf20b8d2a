import { hash } from 'node:crypto';
import { idOf } from '../domain/digest.ts';
import type { Actor } from '../domain/entry.ts';
import { severityNames, type SeverityId } from '../domain/finding.ts';
import { followUpDelayMs } from '../domain/incident.ts';
import { asJson } from '../domain/json.ts';
import { isoTime } from '../platform/clock.ts';
import type { FindingRow, IncidentUpdateRow, NewIncidentRow } from '../store/inbox.ts';
import type { ActiveStorm, StormRow } from '../store/storms.ts';
import { draft } from './draft.ts';
import { toFinding } from './finish.ts';
import { lead, noUpdate } from './homes.ts';
import { intakeLimits } from './limits.ts';
import type { PlannedCommit } from './plan-commit.ts';

export interface StormContext {
  readonly tenant: string;
  readonly nowMs: number;
  /** How many incidents each source may open; what it opens beyond is held. */
  readonly allowance: (source: string) => number;
}

/** The incidents of a commit that go under an umbrella, by source: the least severe ones beyond what the source may open. */
export function heldBySource(
  plan: PlannedCommit,
  context: StormContext,
): ReadonlyMap<string, readonly NewIncidentRow[]> {
  const bySource = new Map<string, NewIncidentRow[]>();
  for (const row of plan.rows.incidents)
    if (row.state === 'new') bySource.set(row.source, [...(bySource.get(row.source) ?? []), row]);
  const held = new Map<string, readonly NewIncidentRow[]>();
  for (const [source, rows] of bySource) {
    const allowed = context.allowance(source);
    if (rows.length <= allowed) continue;
    const worstFirst = rows.toSorted((a, b) => b.severity_id - a.severity_id);
    held.set(source, worstFirst.slice(Math.max(0, allowed)));
  }
  return held;
}

export interface PlannedStorms {
  readonly plan: PlannedCommit;
  readonly storms: readonly StormRow[];
}

const engine: Actor = { kind: 'service', id: 'intake' };

/**
 * Puts what is held under the umbrella of its source: one incident that counts them, with samples and the worst
 * severity. Each keeps its own incident and is triaged, after everything that is in no storm.
 */
export function planStorms(
  plan: PlannedCommit,
  held: ReadonlyMap<string, readonly NewIncidentRow[]>,
  context: StormContext & { readonly active: readonly ActiveStorm[] },
): PlannedStorms {
  const incidents = new Map(plan.rows.incidents.map((row) => [row.id, row]));
  const updates = [...plan.rows.updates];
  const findings = [...plan.rows.findings];
  const openers = new Map(plan.openers);
  const storms: StormRow[] = [];
  for (const [source, rows] of held) {
    const going = context.active.find((storm) => storm.source === source);
    const at = isoTime(context.nowMs);
    const id =
      going?.id ?? idOf('stm', 'sallyport/storm/v1', [context.tenant, source, context.nowMs]);
    let umbrella = going?.incidentId ?? null;
    if (umbrella === null || going === undefined) {
      const opened = openUmbrella(rows, { ...context, source });
      umbrella = opened.incident.id;
      incidents.set(umbrella, opened.incident);
      openers.set(umbrella, engine);
      findings.push(opened.finding);
    } else updates.push(growUmbrella(going, umbrella, { rows, nowMs: context.nowMs }));
    for (const row of rows) incidents.set(row.id, { ...row, storm: umbrella });
    storms.push({
      id,
      tenant: context.tenant,
      source,
      incidentId: umbrella,
      held: rows.length,
      at,
    });
  }
  const rows = { ...plan.rows, incidents: [...incidents.values()], updates, findings };
  return { plan: { ...plan, rows, openers }, storms };
}

const worst = (rows: readonly NewIncidentRow[]): SeverityId =>
  // A finding's severity is one of these.
  Math.max(...rows.map((row) => row.severity_id)) as SeverityId;

const sampleOf = (rows: readonly NewIncidentRow[]): readonly NewIncidentRow[] =>
  rows.slice(0, intakeLimits.samplesMax);

interface Opening extends StormContext {
  readonly source: string;
}

function openUmbrella(
  rows: readonly NewIncidentRow[],
  { tenant, source, nowMs }: Opening,
): { readonly incident: NewIncidentRow; readonly finding: FindingRow } {
  const at = isoTime(nowMs);
  const sample = sampleOf(rows);
  const finding = toFinding(
    draft({
      format: 'storm',
      kind: 'operational',
      uid: `storm:${source}:${at}`,
      title: `Storm: ${source} reports more problems than can be looked at`,
      description: [
        `Each has an incident of its own, which is triaged after others, the worst first. \`sallyport incident list --storm\` lists them. A sample:`,
        ...sample.map((row) => `- ${severityNames[row.severity_id as SeverityId]}: ${row.title}`),
      ].join('\n'),
      time: at,
      severityId: worst(rows),
      severitySource: { path: 'the worst of them', value: severityNames[worst(rows)] },
      status: 'open',
      product: 'Sallyport',
    }),
    { tenant, source },
  );
  const incident: NewIncidentRow = {
    id: idOf('inc', 'sallyport/incident/v1', [tenant, finding.id]),
    tenant,
    correlation_key: hash('sha256', `storm\0${source}\0${at}`, 'hex'),
    state: 'new',
    title: finding.title,
    format: finding.format,
    kind: finding.kind,
    source,
    ...lead(finding),
    count: rows.length,
    first_seen: at,
    last_seen: at,
    samples: sample.map((row) => row.lead_finding),
    all_clear_at: null,
    revision: 1,
    due_at: at,
    event_at: finding.time,
    received_at: at,
    changed_by: `${engine.kind}:${engine.id}`,
    change_reason: 'more new problems than the source may open at once',
    joins: true,
    join_rule: 'storm',
    join_parts: [`source=${source}`],
    follows: null,
    storm: null,
  };
  const body = asJson(finding);
  return {
    incident,
    finding: { id: finding.id, tenant, incident_id: incident.id, receipt_id: 'storm', body },
  };
}

function growUmbrella(
  storm: ActiveStorm,
  id: string,
  { rows, nowMs }: { readonly rows: readonly NewIncidentRow[]; readonly nowMs: number },
): IncidentUpdateRow {
  const rises = worst(rows) > storm.severityId;
  const samples = [...storm.samples, ...sampleOf(rows).map((row) => row.lead_finding)];
  return {
    ...noUpdate(id),
    added: rows.length,
    revisions: 1,
    last_seen: isoTime(nowMs),
    samples: samples.slice(0, intakeLimits.samplesMax),
    severity_id: rises ? worst(rows) : null,
    clears_all_clear: true,
    due_at: isoTime(nowMs + (rises ? 0 : followUpDelayMs(storm.followUps))),
  };
}
