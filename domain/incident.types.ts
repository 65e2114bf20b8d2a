import type { SeverityId } from './finding.ts';
import type { Priority } from './policy.ts';

/** Findings handled together; one open incident per correlation key. The row behind it has more columns. */
export interface Incident {
  readonly id: string;
  readonly tenant: string;
  readonly number: number;
  readonly correlationKey: string;
  readonly state: IncidentState;
  readonly title: string;
  readonly severityId: SeverityId;
  readonly priority: Priority | null;
  readonly owner: string | null;
  readonly assignee: string | null;
  readonly verdict: Verdict | null;
  readonly count: number;
  /** Rises with each change that a run may have to answer to. */
  readonly revision: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export type IncidentState =
  | 'new'
  | 'triage'
  | 'draft'
  | 'ignored'
  | 'handled'
  | 'responding'
  | 'attention'
  | 'closed';
export type Verdict = 'true-positive' | 'false-positive' | 'benign' | 'duplicate' | 'resolved';
