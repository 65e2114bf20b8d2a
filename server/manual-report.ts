import { randomUUID } from 'node:crypto';
import type { ManualReceipt, ManualReport } from '../api/people-deps.ts';
import { SallyportError } from '../domain/errors.ts';
import type { SealedOriginal } from '../domain/sealed-original.ts';
import { draft } from '../intake/draft.ts';
import type { Inbox } from '../intake/inbox.ts';
import { actor, actorList, resource, resourceList } from '../intake/observables.ts';
import { fileDrafts } from '../intake/receive.ts';
import { isoTime } from '../platform/clock.ts';
import type { Core } from './core.ts';

/** A person's report goes the way of every alert: a finding of source `manual`, filed and answered with a receipt. */
export async function fileManualReport(core: Core, inbox: Inbox<SealedOriginal>, report: ManualReport): Promise<ManualReceipt> {
  const nowMs = core.clock.nowMs();
  const id = randomUUID();
  const finding = draft({
    format: 'manual',
    kind: 'detection',
    uid: id,
    title: report.title,
    description: report.description,
    time: isoTime(nowMs),
    severityId: report.severityId,
    status: 'open',
    product: 'Sallyport',
    resources: resourceList(resource('host', report.host ?? '')),
    actors: actorList(actor('user', report.user ?? '')),
    notes: [`reported by ${report.person}`],
  });
  const deps = { tenant: core.config.tenant, redactor: core.redactor };
  const delivery = await fileDrafts(deps, [finding], { source: 'manual', deliveryId: id, bodySha256: id, bodyBytes: 0, receivedAtMs: nowMs });
  const receipt = await inbox.file(delivery);
  const incidentId = receipt.findings[0]?.incident;
  if (incidentId === undefined) throw new SallyportError('BROKEN_INVARIANT', 'a filed report has no incident');
  return { receiptId: receipt.receiptId, incidentId };
}
