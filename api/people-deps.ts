import type { SeverityId } from '../domain/finding.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../redaction/redact.ts';
import type { Database } from '../store/database.ts';
import type { VoteVerdict } from '../store/votes.ts';
import type { Access } from './access.ts';

/** What the people's routes need. Temporal, intake and the catalog stand behind functions: the API imports none of them. */
export interface PeopleDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: string;
  readonly access: Access;
  readonly redactor: Redactor;
  readonly vaultKeys: KeyRing;
  readonly playbooks: () => readonly PlaybookSummary[];
  readonly fileManual: (report: ManualReport) => Promise<ManualReceipt>;
  readonly deliverVote: (vote: VoteToDeliver) => Promise<VoteDelivery>;
  /** Asks a run that waits or works to end; best effort, for its gates are void already. */
  readonly cancelRun: (run: RunToCancel) => Promise<void>;
}

export interface PlaybookSummary {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly author: string;
  readonly digest: string;
}

/** A person's report; texts are already redacted and their originals kept. */
export interface ManualReport {
  readonly title: string;
  readonly description: string;
  readonly severityId: SeverityId;
  readonly host: string | null;
  readonly user: string | null;
  readonly person: string;
}

export interface ManualReceipt {
  readonly receiptId: string;
  readonly incidentId: string;
}

export interface VoteToDeliver {
  readonly voteId: string;
  readonly gateId: string;
  readonly runKey: string;
  readonly workflowId: string;
}

/**
 * `judged` by the execution that waits; `pending` where it did not answer within the deadline (the sweep goes on);
 * `gone` where no execution waits any more, so that the vote is judged in place.
 */
export type VoteDelivery = { readonly kind: 'judged'; readonly verdict: VoteVerdict } | { readonly kind: 'pending' } | { readonly kind: 'gone' };

export interface RunToCancel {
  readonly runKey: string;
  readonly workflowId: string;
  readonly id: string;
  readonly reason: string;
}
