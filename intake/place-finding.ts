import { idOf } from '../domain/digest.ts';
import { isoTime } from '../platform/clock.ts';
import type { ClosedIncident, NewIncidentRow } from '../store/inbox.ts';
import { growClosed, growNew, growOpen } from './grow-incident.ts';
import { noUpdate, type Arrival, type Before, type Homes, type OpenHome } from './homes.ts';

/**
 * The incident it belongs to: the open one of its key while its window lasts, one that was closed a moment ago, else
 * (an all-clear) the latest, else a new one.
 */
export function placeFinding(homes: Homes, arrival: Arrival): string {
  rename(homes, arrival);
  const { key } = arrival.correlation;
  const clear = arrival.finding.status === 'closed';
  const home = homes.open.get(key);
  if (home !== undefined && (clear || stillJoins(home, arrival)))
    return home.isNew ? growNew(homes, home, arrival) : growOpen(homes, home, arrival);
  if (home !== undefined) retire(homes, home);
  const before = homes.closed.get(key);
  if (!clear) {
    const again = home === undefined ? reopenable(before, arrival) : null;
    return again === null
      ? open(homes, arrival, home?.id ?? before?.id ?? null)
      : reopen(homes, again, arrival);
  }
  if (before !== undefined) return growClosed(homes, before.id, arrival);
  const row = newRow(homes, arrival, { state: 'closed', follows: null });
  homes.opened.set(row.id, row);
  homes.closed.set(key, { id: row.id });
  return row.id;
}

/**
 * An incident that is known by a key of older tokens alone takes the key of today, so that it is found when the older token key is gone. One
 * that has the key of today already goes first.
 */
function rename(homes: Homes, arrival: Arrival): void {
  const { correlation, older } = arrival;
  const to = correlation.key;
  for (const { key: from } of older) {
    if (from === to || homes.open.has(to)) continue;
    const home = homes.open.get(from);
    if (home !== undefined) {
      homes.open.delete(from);
      homes.open.set(to, { ...home, key: to });
      keepName(homes, home.id, { from, arrival });
    }
  }
  for (const { key: from } of older) {
    if (from === to || homes.open.has(to) || homes.closed.has(to)) continue;
    const before = homes.closed.get(from);
    if (before !== undefined) {
      homes.closed.delete(from);
      homes.closed.set(to, { ...before, key: to });
      keepName(homes, before.id, { from, arrival });
    }
  }
}

interface OldName {
  readonly from: string;
  readonly arrival: Arrival;
}

function keepName(homes: Homes, id: string, { from, arrival }: OldName): void {
  const { key: to, parts } = arrival.correlation;
  const opened = homes.opened.get(id);
  if (opened === undefined)
    homes.renamed.set(id, {
      from: homes.renamed.get(id)?.from ?? from,
      to,
      parts,
      finding: arrival.finding.id,
    });
  else homes.opened.set(id, { ...opened, correlation_key: to, join_parts: parts });
}

/** A repeat from before the last alert joins too: deliveries overtake each other. */
function stillJoins(home: OpenHome, { correlation, receivedAtMs }: Arrival): boolean {
  const { window } = correlation;
  if (window === null) return true;
  return (
    receivedAtMs - home.lastSeenMs <= window.idleMs &&
    receivedAtMs - home.firstSeenMs <= window.maxMs
  );
}

/** It stays open for whoever works on it, but takes no more alerts. */
function retire(homes: Homes, home: OpenHome): void {
  homes.open.delete(home.key);
  const row = homes.opened.get(home.id);
  if (row !== undefined) homes.opened.set(home.id, { ...row, joins: false });
  homes.retired.set(home.id, home.key);
}

function reopenable(before: Before | undefined, arrival: Arrival): ClosedIncident | null {
  if (before?.closedAtMs === undefined || before.duplicate === true) return null;
  const sinceMs = arrival.receivedAtMs - before.closedAtMs;
  // Complete where the time of closing is known: such rows come from the store.
  return sinceMs <= arrival.correlation.reopenMs && arrival.correlation.reopenMs > 0
    ? (before as ClosedIncident)
    : null;
}

function reopen(homes: Homes, before: ClosedIncident, arrival: Arrival): string {
  const { closedAtMs, duplicate: _, ...home } = before;
  homes.closed.delete(home.key);
  homes.open.set(home.key, { ...home, isNew: false });
  const seconds = Math.max(0, Math.round((arrival.receivedAtMs - closedAtMs) / 1_000));
  const reason = `the problem came back ${seconds} s after the incident was closed`;
  homes.reopened.set(home.id, { actor: arrival.actor, finding: arrival.finding.id, reason });
  const update = homes.updates.get(home.id) ?? noUpdate(home.id);
  homes.updates.set(home.id, { ...update, reopen: reason, due_at: isoTime(homes.nowMs) });
  return growOpen(homes, { ...home, isNew: false }, arrival);
}

function open(homes: Homes, arrival: Arrival, follows: string | null): string {
  const row = newRow(homes, arrival, { state: 'new', follows });
  const { finding, receivedAtMs } = arrival;
  const { key } = arrival.correlation;
  homes.opened.set(row.id, row);
  homes.open.set(key, {
    id: row.id,
    key,
    severityId: finding.severityId,
    followUps: 0,
    samples: [finding.id],
    firstSeenMs: receivedAtMs,
    lastSeenMs: receivedAtMs,
    isNew: true,
  });
  return row.id;
}

type Opening = Pick<NewIncidentRow, 'state' | 'follows'>;

function newRow(homes: Homes, arrival: Arrival, { state, follows }: Opening): NewIncidentRow {
  const { finding, correlation } = arrival;
  const received = isoTime(arrival.receivedAtMs);
  const closed = state === 'closed';
  const id = idOf('inc', 'sallyport/incident/v1', [homes.tenant, finding.id]);
  homes.openers.set(id, arrival.actor);
  return {
    id,
    tenant: homes.tenant,
    correlation_key: correlation.key,
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
    all_clear_at: closed ? received : null,
    revision: 1,
    due_at: closed ? null : isoTime(homes.nowMs),
    event_at: finding.time,
    received_at: received,
    changed_by: `${arrival.actor.kind}:${arrival.actor.id}`,
    change_reason: closed ? 'an all-clear without an open incident' : 'first alert of its key',
    joins: true,
    join_rule: correlation.rule,
    join_parts: correlation.parts,
    follows,
    storm: null,
  };
}
