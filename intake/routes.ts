import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Inbox } from './inbox.ts';
import { intakeLimits } from './limits.ts';
import { receive, type ReceiveDeps } from './receive.ts';
import type { Rejects } from './rejects.ts';
import type { SenderProof } from '../platform/sender-proof.ts';
import { createSenderVerifier, type SenderVerifier } from './verify-sender.ts';

/** What `sallyport.yaml` says of a source. */
export interface Source {
  readonly verify: SenderProof;
  readonly deliveryHeader?: string | undefined;
  readonly format?: string | undefined;
}

export interface IntakeDeps<Sealed> extends ReceiveDeps<Sealed> {
  readonly sources: { readonly [name: string]: Source };
  readonly inbox: Inbox<Sealed>;
  readonly rejects: Rejects;
  readonly clock: Clock;
}

interface KnownSource {
  readonly name: string;
  readonly source: Source;
  readonly verify: SenderVerifier;
}

/**
 * `POST /v1/alerts/:source`. 202 with a receipt once the alerts are committed. Errors: 401, 404, 413, 415 (coding),
 * 503 with Retry-After; never a 4xx for what an authenticated body says. They are thrown: the HTTP root answers them.
 */
export function intakeRoutes<Sealed>(deps: IntakeDeps<Sealed>): (app: FastifyInstance) => void {
  const sources = new Map(
    Object.entries(deps.sources).map(([name, source]) => [
      name,
      { name, source, verify: createSenderVerifier(source.verify) },
    ]),
  );
  return (app) => {
    const arrivals = new WeakMap<object, number>();
    // Bytes, whatever the sender calls them: content types lie, and the body is sniffed.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    app.addHook('onRequest', (request, _reply, done) => {
      arrivals.set(request.raw, deps.clock.nowMs());
      request.raw.headers['content-type'] = 'application/octet-stream';
      done();
    });
    // Too large, or cut off: refused before the handler ran.
    app.setErrorHandler((error, request) => {
      recordRejection(deps, request, error);
      throw error;
    });
    app.post<{ Params: { source: string } }>(
      '/v1/alerts/:source',
      { bodyLimit: intakeLimits.bodyBytesMax },
      async (request, reply) => {
        const receivedAtMs = arrivals.get(request.raw) ?? deps.clock.nowMs();
        const receipt = await accept(deps, sources.get(request.params.source), {
          request,
          receivedAtMs,
        });
        return reply.code(202).send({ receiptId: receipt.receiptId, findings: receipt.findings });
      },
    );
  };
}

interface Arrival {
  readonly request: FastifyRequest;
  readonly receivedAtMs: number;
}

async function accept<Sealed>(
  deps: IntakeDeps<Sealed>,
  known: KnownSource | undefined,
  { request, receivedAtMs }: Arrival,
): ReturnType<Inbox<Sealed>['file']> {
  if (known === undefined) throw new SallyportError('NOT_FOUND', 'there is no source of that name');
  const raw = bodyOf(request);
  const verdict = known.verify({ headers: request.headers, body: raw, nowMs: receivedAtMs });
  if (!verdict.ok) throw new SallyportError(verdict.code, verdict.detail);
  const refusal = deps.inbox.refusal();
  if (refusal !== null) throw refusal;
  const delivery = await receive(deps, {
    source: known.name,
    raw,
    coding: request.headers['content-encoding'],
    formatHint: known.source.format ?? null,
    deliveryId: verdict.deliveryId ?? headerOf(request, known.source.deliveryHeader),
    receivedAtMs,
  });
  return deps.inbox.file(delivery);
}

const bodyOf = (request: FastifyRequest): Uint8Array =>
  request.body instanceof Uint8Array ? request.body : new Uint8Array();

function headerOf(request: FastifyRequest, name: string | undefined): string | null {
  const value = name === undefined ? undefined : request.headers[name.toLowerCase()];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** 503 is no rejection: nothing is wrong with the delivery, and it comes again. */
function recordRejection<Sealed>(
  deps: IntakeDeps<Sealed>,
  request: FastifyRequest,
  error: unknown,
): void {
  const reason =
    error instanceof SallyportError
      ? error.code
      : tooLarge(error)
        ? 'BODY_TOO_LARGE'
        : 'REQUEST_INVALID';
  if (reason === 'BACKLOG_FULL' || reason === 'STORE_UNAVAILABLE' || reason === 'BROKEN_INVARIANT')
    return;
  // The address is whatever a stranger typed; Fastify gives the parameter of the pattern as text.
  const { source = '' } = request.params as { source?: string };
  deps.rejects.record({
    source: Object.hasOwn(deps.sources, source) || looksLikeName(source) ? source : '(unknown)',
    reason,
    detail:
      error instanceof SallyportError
        ? error.message
        : 'the request was refused before it was read',
    sender: request.ip,
    body: bodyOf(request),
  });
}

/** SECURITY: a credential in the wrong place of an address has no context by which redaction would know it. */
const looksLikeName = (text: string): boolean => /^[a-z][a-z-]{0,31}$/.test(text);

const tooLarge = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 413;
