import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errorTable, SallyportError } from '../domain/errors.ts';
import type { IntakeDeps } from './accept.ts';
import type { SentRequest } from './verify/sent-request.ts';

/**
 * Routes of this scope get bytes, whatever the sender calls them: content types lie, and the body is sniffed. Gives
 * what a handler sees of a request.
 */
export function readRaw<Sealed>(
  app: FastifyInstance,
  deps: IntakeDeps<Sealed>,
): (request: FastifyRequest) => SentRequest {
  const arrivals = new WeakMap<object, number>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, _reply, done) => {
    arrivals.set(request.raw, deps.clock.nowMs());
    request.raw.headers['content-type'] = 'application/octet-stream';
    done();
  });
  return (request) => ({
    headers: request.headers,
    body: bodyOf(request),
    nowMs: arrivals.get(request.raw) ?? deps.clock.nowMs(),
  });
}

const bodyOf = (request: FastifyRequest): Uint8Array =>
  request.body instanceof Uint8Array ? request.body : new Uint8Array();

/** Where nothing is wrong with the delivery, it is no rejection: it comes again. */
export function recordRejection<Sealed>(
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
  if (errorTable[reason].status >= 500) return;
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
