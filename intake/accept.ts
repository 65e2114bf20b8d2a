import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { SourceConfig } from '../platform/source-config.ts';
import { binaryEvent } from './cloud-event-headers.ts';
import { eventGridCode, type HandshakeAnswer } from './handshakes.ts';
import type { Inbox } from './inbox.ts';
import type { Receipt } from './plan-commit.ts';
import type { ReceiveDeps, VerifiedBody } from './receive.ts';
import type { Receiver } from './receive-in-turns.ts';
import type { Rejects } from './rejects.ts';
import { createVerifiers } from './verify-sender.ts';
import type { FetchText } from './verify/key-sets.ts';
import { headerOf, type SenderVerdict, type SentRequest } from './verify/sent-request.ts';

export interface IntakeDeps<Sealed> extends ReceiveDeps<Sealed> {
  readonly sources: { readonly [name: string]: SourceConfig };
  readonly receiver: Receiver<Sealed>;
  readonly inbox: Inbox<Sealed>;
  readonly rejects: Rejects;
  readonly clock: Clock;
  /** For what senders are verified with: keys of issuers, certificates. */
  readonly fetchText: FetchText;
}

export interface KnownSource {
  readonly name: string;
  readonly source: SourceConfig;
  readonly verify: (request: SentRequest) => Promise<SenderVerdict>;
}

export function knownSources<Sealed>(deps: IntakeDeps<Sealed>): ReadonlyMap<string, KnownSource> {
  const verifierOf = createVerifiers(deps);
  return new Map(
    Object.entries(deps.sources).map(([name, source]) => [
      name,
      { name, source, verify: verifierOf(source.verify) },
    ]),
  );
}

export type Accepted =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'handshake'; readonly answer: HandshakeAnswer };

/** One request of a sender, to its receipt. Throws what the sender must hear: 401, 415, 503; never what the body says. */
export async function acceptRequest<Sealed>(
  deps: IntakeDeps<Sealed>,
  known: KnownSource,
  request: SentRequest,
): Promise<Accepted> {
  const verdict = await known.verify(request);
  if (!verdict.ok) throw new SallyportError(verdict.code, verdict.detail);
  const answer = handshakeOf(known, request, verdict);
  if (answer !== null) return { kind: 'handshake', answer };
  const event = binaryEvent(request);
  const { deliveryHeader } = known.source;
  const named = deliveryHeader === undefined ? null : headerOf(request, deliveryHeader);
  const receipt = await fileRequest(deps, known, {
    ...request,
    ...(event === null ? {} : { read: event.body }),
    deliveryId: verdict.deliveryId ?? named ?? event?.deliveryId ?? null,
  });
  return { kind: 'receipt', receipt };
}

/** A request whose sender was verified. */
export interface VerifiedRequest extends SentRequest {
  /** What to read in place of the body. */
  readonly read?: Uint8Array;
  readonly deliveryId: string | null;
}

/** Commits what it says, or that it was here before. Throws BACKLOG_FULL and STORE_UNAVAILABLE: it must come again. */
export async function fileRequest<Sealed>(
  deps: IntakeDeps<Sealed>,
  known: KnownSource,
  request: VerifiedRequest,
): Promise<Receipt> {
  const refusal = deps.inbox.admit(known.name);
  if (refusal !== null) throw refusal;
  const delivery = await deps.receiver.receive({
    source: known.name,
    raw: request.body,
    ...(request.read === undefined ? {} : { read: request.read }),
    coding: headerOf(request, 'content-encoding') ?? undefined,
    formatHint: known.source.format ?? null,
    ...reportOf(known.source, request),
    deliveryId: request.deliveryId,
    receivedAtMs: request.nowMs,
  });
  return deps.inbox.file(delivery);
}

/** Whether a delivery is a whole report, and of which name. One that names none is part of something. */
function reportOf(
  { completeReports = false }: SourceConfig,
  request: VerifiedRequest,
): Partial<Pick<VerifiedBody, 'complete' | 'report'>> {
  if (typeof completeReports === 'boolean') return { complete: completeReports };
  const report = headerOf(request, completeReports.named) ?? '';
  return report === '' ? {} : { complete: true, report };
}

function handshakeOf(
  { source }: KnownSource,
  request: SentRequest,
  verdict: SenderVerdict,
): HandshakeAnswer | null {
  if (verdict.ok && verdict.handshake !== undefined) return { headers: {}, body: '' };
  return eventGridCode(source.handshake, request);
}
