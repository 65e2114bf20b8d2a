import type { Actor } from '../domain/entry.ts';
import type { Finding } from '../domain/finding.ts';
import { isoTime } from '../platform/clock.ts';
import type {
  ClosedIncident,
  IncidentUpdateRow,
  NewIncidentRow,
  OpenIncident,
} from '../store/inbox.ts';
import type { Correlation } from './correlation.ts';
import type { OlderName } from './older-names.ts';

/** The incidents that one commit opens or adds to, while its filings are gone through. */
export interface Homes {
  readonly tenant: string;
  readonly nowMs: number;
  /** By key; an incident that this commit opens is `isNew`. */
  readonly open: Map<string, OpenHome>;
  readonly closed: Map<string, Before>;
  /** Open incidents whose window passed, with why. */
  readonly retired: Map<string, string>;
  /** Closed incidents that open again. */
  readonly reopened: Map<string, Reopening>;
  /** Incidents that are known by another key from here on. */
  readonly renamed: Map<string, Renaming>;
  readonly opened: Map<string, NewIncidentRow>;
  readonly updates: Map<string, IncidentUpdateRow>;
  /** By whose alert an incident was opened. */
  readonly openers: Map<string, Actor>;
}

export type OpenHome = OpenIncident & { readonly isNew: boolean };

export type Before = Pick<ClosedIncident, 'id'> & Partial<ClosedIncident>;

export interface Reopening {
  readonly actor: Actor;
  readonly finding: string;
  readonly reason: string;
}

/** A key that was made of tokens of an older key, and what it is now. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
  /** What the new key is made of. */
  readonly parts: readonly string[];
  /** The finding that showed it. */
  readonly finding: string;
}

/** One finding that was not seen before, and how it came. */
export interface Arrival {
  readonly finding: Finding;
  readonly correlation: Correlation;
  readonly older: readonly OlderName[];
  readonly source: string;
  readonly actor: Actor;
  readonly receivedAtMs: number;
}

export const lead = (finding: Finding): Pick<NewIncidentRow, 'severity_id' | 'lead_finding'> => ({
  severity_id: finding.severityId,
  lead_finding: finding.id,
});

export function noUpdate(id: string): IncidentUpdateRow {
  return {
    id,
    added: 0,
    last_seen: isoTime(0),
    samples: null,
    severity_id: null,
    lead_finding: null,
    all_clear_at: null,
    clears_all_clear: false,
    revisions: 0,
    due_at: null,
    reopen: null,
    clear_times: [],
  };
}
