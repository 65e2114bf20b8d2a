import { hash, randomUUID } from 'node:crypto';
import type { SeverityId } from '../domain/finding.ts';
import { SallyportError } from '../domain/errors.ts';
import { isoTime, type Clock } from '../platform/clock.ts';
import { draft, type Draft } from './draft.ts';
import type { Inbox } from './inbox.ts';
import { actor, actorList, resource, resourceList } from './observables.ts';
import { fileDrafts, type ReceiveDeps } from './receive.ts';

/** What a person reports: an incident of its own, never joined to another by itself. */
export interface ManualReport {
  readonly title: string;
  readonly description: string;
  readonly severityId: SeverityId;
  readonly host: string | null;
  readonly user: string | null;
  /** Who reports it. */
  readonly person: string;
}

export interface ManualReceipt {
  readonly receiptId: string;
  readonly incidentId: string;
}

export interface ManualDeps<Sealed> extends ReceiveDeps<Sealed> {
  readonly inbox: Inbox<Sealed>;
  readonly clock: Clock;
}

/** A person's report takes the same way as an alert: redacted, filed, due. BACKLOG_FULL and STORE_UNAVAILABLE as there. */
export function createManualFiler<Sealed>(
  deps: ManualDeps<Sealed>,
): (report: ManualReport) => Promise<ManualReceipt> {
  return async (report) => {
    const nowMs = deps.clock.nowMs();
    const uid = randomUUID();
    const text = JSON.stringify(report);
    const delivery = await fileDrafts(deps, [toDraft(report, { uid, time: isoTime(nowMs) })], {
      source: 'manual',
      deliveryId: uid,
      bodySha256: hash('sha256', text, 'hex'),
      bodyBytes: Buffer.byteLength(text),
      receivedAtMs: nowMs,
      person: report.person,
    });
    const receipt = await deps.inbox.file(delivery);
    const [finding] = receipt.findings;
    if (finding === undefined)
      throw new SallyportError('BROKEN_INVARIANT', 'a report was filed without a finding');
    return { receiptId: receipt.receiptId, incidentId: finding.incident };
  };
}

function toDraft(
  report: ManualReport,
  about: { readonly uid: string; readonly time: string },
): Draft {
  return draft({
    ...about,
    format: 'manual',
    kind: 'incident',
    title: report.title,
    description: report.description,
    severityId: report.severityId,
    status: 'open',
    product: 'Sallyport',
    resources: resourceList(resource('host', report.host ?? '')),
    actors: actorList(actor('user', report.user ?? '')),
  });
}
