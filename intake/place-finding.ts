import { idOf } from '../domain/digest.ts';
import type { Actor } from '../domain/entry.ts';
import type { Finding } from '../domain/finding.ts';
import { followUpDelayMs } from '../domain/incident.ts';
import type { JsonObject } from '../domain/json.ts';
import { isoTime } from '../platform/clock.ts';
import type { IncidentUpdateRow, NewIncidentRow, OpenIncident } from '../store/inbox.ts';
import { intakeLimits } from './limits.ts';

/** The incidents that one commit opens or adds to, while its filings are gone through. */
export interface Homes {
  readonly tenant: string;
  readonly nowMs: number;
  /** By key; an incident that this commit opens is `isNew`. */
  readonly open: Map<string, OpenHome>;
  readonly closed: Map<string, string>;
  readonly opened: Map<string, NewIncidentRow>;
  readonly updates: Map<string, IncidentUpdateRow>;
  /** By whose alert an incident was opened. */
  readonly openers: Map<string, Actor>;
}

export type OpenHome = OpenIncident & { readonly isNew: boolean };

/** One finding that was not seen before, and how it came. */
export interface Arrival {
  readonly finding: Finding;
  readonly key: string;
  readonly source: string;
  readonly actor: Actor;
  readonly receivedAtMs: number;
}

/** The incident it belongs to: the open one of its key, else (an all-clear) the latest, else a new one. */
export function placeFinding(homes: Homes, arrival: Arrival): string {
  const home = homes.open.get(arrival.key);
  if (home !== undefined)
    return home.isNew ? growNew(homes, home, arrival) : growOpen(homes, home, arrival);
  if (arrival.finding.status !== 'closed') return open(homes, arrival);
  const before = homes.closed.get(arrival.key);
  if (before !== undefined) return growClosed(homes, before, arrival);
  const row = newRow(homes, arrival, 'closed');
  homes.opened.set(row.id, row);
  homes.closed.set(arrival.key, row.id);
  return row.id;
}

function open(homes: Homes, arrival: Arrival): string {
  const row = newRow(homes, arrival, 'new');
  const { finding, key } = arrival;
  homes.opened.set(row.id, row);
  homes.open.set(key, {
    id: row.id,
    key,
    severityId: finding.severityId,
    followUps: 0,
    samples: [finding.id],
    isNew: true,
  });
  return row.id;
}

function newRow(homes: Homes, arrival: Arrival, state: 'new' | 'closed'): NewIncidentRow {
  const { finding } = arrival;
  const received = isoTime(arrival.receivedAtMs);
  const closed = state === 'closed';
  const id = idOf('inc', 'sallyport/incident/v1', [homes.tenant, finding.id]);
  homes.openers.set(id, arrival.actor);
  return {
    id,
    tenant: homes.tenant,
    correlation_key: arrival.key,
    state,
    title: finding.title,
    format: finding.format,
    kind: finding.kind,
    source: arrival.source,
    severity_id: finding.severityId,
    count: 1,
    first_seen: received,
    last_seen: received,
    samples: [finding.id],
    lead_finding: finding.id,
    facts: factsOf(finding),
    all_clear_at: closed ? received : null,
    revision: 1,
    due_at: closed ? null : isoTime(homes.nowMs),
    event_at: finding.time,
    received_at: received,
    changed_by: `${arrival.actor.kind}:${arrival.actor.id}`,
    change_reason: closed ? 'an all-clear without an open incident' : 'first alert of its key',
  };
}

/** What rules may read. A Finding is JSON by construction; its interface lacks the index signature. */
const factsOf = (finding: Finding): JsonObject => ({ finding: finding as unknown as JsonObject });

const lead = (
  finding: Finding,
): Pick<NewIncidentRow, 'severity_id' | 'lead_finding' | 'facts'> => ({
  severity_id: finding.severityId,
  lead_finding: finding.id,
  facts: factsOf(finding),
});

const later = (a: string, b: string): string => (a > b ? a : b);

function withSample(samples: readonly string[], id: string): readonly string[] {
  return samples.length < intakeLimits.samplesMax ? [...samples, id] : samples;
}

function growNew(homes: Homes, home: OpenHome, { finding, receivedAtMs }: Arrival): string {
  const row = homes.opened.get(home.id);
  if (row === undefined) return home.id;
  const received = isoTime(receivedAtMs);
  const clear = finding.status === 'closed';
  homes.opened.set(home.id, {
    ...row,
    ...(!clear && finding.severityId > row.severity_id ? lead(finding) : {}),
    count: row.count + 1,
    revision: row.revision + 1,
    last_seen: later(row.last_seen, received),
    samples: withSample(row.samples, finding.id),
    all_clear_at: clear ? received : null,
  });
  return home.id;
}

/** An all-clear never raises the severity; a rise is due at once, anything else when the ticket may change again. */
function growOpen(homes: Homes, home: OpenHome, { finding, receivedAtMs }: Arrival): string {
  const before = homes.updates.get(home.id) ?? noUpdate(home.id);
  const received = isoTime(receivedAtMs);
  const clear = finding.status === 'closed';
  const rises = !clear && finding.severityId > home.severityId;
  const samples = withSample(home.samples, finding.id);
  const due = isoTime(homes.nowMs + (rises ? 0 : followUpDelayMs(home.followUps)));
  homes.updates.set(home.id, {
    ...before,
    ...(rises ? lead(finding) : {}),
    added: before.added + 1,
    revisions: before.revisions + 1,
    last_seen: later(before.last_seen, received),
    samples: samples === home.samples ? before.samples : samples,
    all_clear_at: clear ? received : null,
    clears_all_clear: !clear,
    due_at: before.due_at !== null && before.due_at < due ? before.due_at : due,
  });
  homes.open.set(home.key, {
    ...home,
    severityId: rises ? finding.severityId : home.severityId,
    samples,
  });
  return home.id;
}

/** Counted, but nothing has to answer to it. */
function growClosed(homes: Homes, id: string, { receivedAtMs }: Arrival): string {
  const received = isoTime(receivedAtMs);
  const row = homes.opened.get(id);
  if (row === undefined) {
    const before = homes.updates.get(id) ?? noUpdate(id);
    homes.updates.set(id, {
      ...before,
      added: before.added + 1,
      last_seen: later(before.last_seen, received),
      all_clear_at: received,
    });
  } else {
    homes.opened.set(id, {
      ...row,
      count: row.count + 1,
      last_seen: later(row.last_seen, received),
      all_clear_at: received,
    });
  }
  return id;
}

function noUpdate(id: string): IncidentUpdateRow {
  return {
    id,
    added: 0,
    last_seen: isoTime(0),
    samples: null,
    severity_id: null,
    lead_finding: null,
    facts: null,
    all_clear_at: null,
    clears_all_clear: false,
    revisions: 0,
    due_at: null,
  };
}
