import { followUpDelayMs } from '../domain/incident.ts';
import { isoTime } from '../platform/clock.ts';
import { lead, noUpdate, type Arrival, type Homes, type OpenHome } from './homes.ts';
import { intakeLimits } from './limits.ts';

const later = (a: string, b: string): string => (a > b ? a : b);

function withSample(samples: readonly string[], id: string): readonly string[] {
  return samples.length < intakeLimits.samplesMax ? [...samples, id] : samples;
}

/** An incident that this commit opens. */
export function growNew(homes: Homes, home: OpenHome, { finding, receivedAtMs }: Arrival): string {
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
  homes.open.set(home.key, { ...home, lastSeenMs: Math.max(home.lastSeenMs, receivedAtMs) });
  return home.id;
}

/** An all-clear never raises the severity; a rise is due at once, anything else when the ticket may change again. */
export function growOpen(homes: Homes, home: OpenHome, { finding, receivedAtMs }: Arrival): string {
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
    clear_times: clear ? [received, ...before.clear_times].slice(0, 10) : before.clear_times,
    due_at: before.due_at !== null && before.due_at < due ? before.due_at : due,
  });
  homes.open.set(home.key, {
    ...home,
    severityId: rises ? finding.severityId : home.severityId,
    samples,
    lastSeenMs: Math.max(home.lastSeenMs, receivedAtMs),
  });
  return home.id;
}

/** Counted, but nothing has to answer to it. */
export function growClosed(homes: Homes, id: string, { receivedAtMs }: Arrival): string {
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
