import { hash } from 'node:crypto';
import { standAlone, type Correlate } from './correlation.ts';
import { decodeBody } from './decode-body.ts';
import { draft, type Draft } from './draft.ts';
import { SallyportError } from '../domain/errors.ts';
import { toFinding } from './finish.ts';
import { redactDraft, type DeliveryRedactor, type DeliverySession } from './redact-draft.ts';
import { olderNamesOf } from './older-names.ts';
import type { Delivery } from './commit.ts';
import { keepAlert, type AlertKeeping } from './keep-alert.ts';
import { withYears } from './yearless.ts';
import { normaliseParsed, parseBody, unparsed } from './normalise.ts';
import { reportMark, type KeyedFinding } from './plan-commit.ts';

export interface ReceiveDeps<Sealed> {
  readonly tenant: string;
  readonly redactor: DeliveryRedactor<Sealed>;
  /** Where sources have redaction policies of their own. */
  readonly redactorOf?: (source: string) => DeliveryRedactor<Sealed>;
  readonly correlate: Correlate;
  /** Left out: bodies are not kept. */
  readonly keeping?: AlertKeeping;
}

/** A body whose sender was verified. */
export interface VerifiedBody {
  readonly source: string;
  readonly raw: Uint8Array;
  /** What to read in its place, where the transport carried a part of the alert elsewhere. */
  readonly read?: Uint8Array;
  readonly coding: string | undefined;
  readonly formatHint: string | null;
  /** It says all that is wrong, so that what it does not hold is over. */
  readonly complete?: boolean;
  /** Of which it says all that is wrong; left out: of its whole source. */
  readonly report?: string;
  readonly deliveryId: string | null;
  readonly receivedAtMs: number;
  /** When it was received first, if this is not the first time. */
  readonly writtenNearMs?: number;
}

export type Receive<Sealed> = (sent: VerifiedBody) => Promise<Delivery<Sealed>>;

/**
 * From verified bytes to what the inbox files. Only a content coding that we do not read throws (CODING_UNSUPPORTED);
 * whatever the body itself says ends as a finding.
 */
export async function receive<Sealed>(
  deps: ReceiveDeps<Sealed>,
  sent: VerifiedBody,
): Promise<Delivery<Sealed>> {
  const decoded = decodeBody(sent.read ?? sent.raw, sent.coding);
  if (decoded.kind === 'unsupported')
    throw new SallyportError('CODING_UNSUPPORTED', 'only gzip and deflate are read');
  const body = parseBody(decoded.kind === 'body' ? decoded.body : sent.raw);
  const drafts =
    decoded.kind === 'body'
      ? withYears(normaliseParsed(body, sent.formatHint), sent.writtenNearMs ?? sent.receivedAtMs)
      : [unparsed(sent.raw, decoded.verdict)];
  const redactor = sessionOf(deps, sent.source);
  const delivery = await fileRedacted(
    deps,
    { drafts, redactor },
    {
      source: sent.source,
      deliveryId: sent.deliveryId,
      bodySha256: hash('sha256', sent.raw, 'hex'),
      bodyBytes: sent.raw.byteLength,
      receivedAtMs: sent.receivedAtMs,
      person: null,
      marks: [
        ...(sent.complete === true ? (['complete'] as const) : []),
        ...(sent.report === undefined ? [] : [reportMark(sent.report)]),
        ...(drafts.every(({ format }) => format === 'canary') ? (['canary'] as const) : []),
      ],
    },
  );
  if (deps.keeping === undefined) return delivery;
  const { source, raw, receivedAtMs } = sent;
  const alert = { source, raw, read: body, receivedAtMs };
  const { kept, sealed } = await keepAlert(deps.keeping, redactor, alert);
  return { ...delivery, kept, sealed: [...delivery.sealed, ...sealed] };
}

export type DeliveryHead = Omit<Delivery<never>, 'findings' | 'sealed' | 'kept'>;

/** By the policy of the source. */
export const sessionOf = <Sealed>(
  deps: Pick<ReceiveDeps<Sealed>, 'redactor' | 'redactorOf'>,
  source: string,
): DeliverySession<Sealed> => (deps.redactorOf?.(source) ?? deps.redactor).session();

/** After so many drafts other requests get their turn. */
const turnDrafts = 64;

export const fileDrafts = <Sealed>(
  deps: ReceiveDeps<Sealed>,
  drafts: readonly Draft[],
  head: DeliveryHead,
): Promise<Delivery<Sealed>> =>
  fileRedacted(deps, { drafts, redactor: sessionOf(deps, head.source) }, head);

interface DraftsToFile<Sealed> {
  readonly drafts: readonly Draft[];
  readonly redactor: DeliverySession<Sealed>;
}

async function fileRedacted<Sealed>(
  deps: Pick<ReceiveDeps<Sealed>, 'tenant' | 'correlate'>,
  { drafts, redactor }: DraftsToFile<Sealed>,
  head: DeliveryHead,
): Promise<Delivery<Sealed>> {
  const findings: KeyedFinding[] = [];
  const sealed: Sealed[] = [];
  const place = { tenant: deps.tenant, source: head.source };
  for (const [index, item] of drafts.entries()) {
    if (index > 0 && index % turnDrafts === 0)
      await new Promise((resolve) => setImmediate(resolve));
    const redacted = redactDraft(item, redactor);
    const finding = toFinding(redacted.draft, place);
    const correlation = deps.correlate(finding);
    const named = { draft: redacted.draft, place, finding, correlation };
    const older = olderNamesOf(named, redactor.olderNames(), deps.correlate);
    findings.push({ finding, correlation, older });
    sealed.push(...redacted.sealed);
  }
  return { ...head, findings, sealed };
}

/** For `InboxDeps.unfileable`: says that an alert came and what went wrong, with none of its text. */
export function unfileable<Sealed>(
  tenant: string,
): (delivery: Delivery<Sealed>, verdict: string) => Delivery<Sealed> {
  return (delivery, verdict) => {
    const bare = draft({
      format: 'unparsed',
      kind: 'unparsed',
      uid: `body:${delivery.bodySha256}`,
      title: 'Alert that could not be stored',
      description:
        'The store refused what the body held, so that only the fact of its arrival is kept.',
      notes: [verdict],
    });
    const finding = toFinding(bare, { tenant, source: delivery.source });
    return {
      ...delivery,
      findings: [{ finding, correlation: standAlone(finding), older: [] }],
      sealed: [],
    };
  };
}
