import type { SeverityId } from '../domain/finding.ts';
import type { KeyRing } from '../domain/key-ring.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../redaction/redact.ts';
import type { Database, Sql } from '../store/database.ts';
import type { DeliverVote } from '../store/vote-delivery.ts';
import type { Access } from './access.ts';

/** What the people's routes need. Temporal, intake and the catalog stand behind functions: the API imports none of them. */
export interface PeopleDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly tenant: string;
  /** The log's name as the configuration has it. */
  readonly ledgerOrigin: string;
  readonly access: Access;
  readonly redactor: Redactor;
  readonly vaultKeys: KeyRing;
  readonly playbooks: () => readonly PlaybookSummary[];
  readonly fileManual: (report: ManualReport) => Promise<ManualReceipt>;
  /** The body of a receipt as it came. NOT_FOUND where it is not kept. */
  readonly openOriginal: (
    tx: Sql,
    receiptId: string,
  ) => Promise<{ readonly source: string; readonly body: Uint8Array }>;
  /** Reads kept bodies once more. */
  readonly replay: (order: ReplayOrder) => Promise<ReplayReport>;
  /** Brings the vote to the execution that waits; the API gives it `voteDeadlineMs` and leaves the rest to the sweep. */
  readonly deliverVote: DeliverVote;
  readonly voteDeadlineMs: number;
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

export interface RunToCancel {
  readonly runKey: string;
  readonly workflowId: string;
  readonly id: string;
  readonly reason: string;
}

export interface ReplayOrder {
  readonly source: string | null;
  readonly since: string;
  readonly until: string;
  readonly after: ReplayReport['next'];
  readonly limit: number;
  /** Only says what would change. */
  readonly isRehearsal: boolean;
  readonly person: string;
}

export interface ReplayReport {
  readonly bodies: number;
  readonly same: number;
  readonly changed: number;
  readonly filed: number;
  readonly next: { readonly receivedAt: string; readonly receiptId: string } | null;
}
