import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SallyportError } from '../domain/errors.ts';
import { acceptRequest, knownSources, type IntakeDeps, type KnownSource } from './accept.ts';
import { cloudEventsConsent, graphEcho, oktaEcho, type HandshakeAnswer } from './handshakes.ts';
import { intakeLimits } from './limits.ts';
import { readRaw, recordRejection } from './raw-requests.ts';

type SourceRequest = FastifyRequest<{ Params: { source: string } }>;

/**
 * `POST /v1/alerts/:source` (or PUT). 202 with a receipt once the alerts are committed. Errors: 401, 404, 413, 415
 * (coding), 503 with Retry-After; never a 4xx for what an authenticated body says. They are thrown: the HTTP root
 * answers them. GET and OPTIONS answer products that ask first whether somebody is there.
 */
export function intakeRoutes<Sealed>(deps: IntakeDeps<Sealed>): (app: FastifyInstance) => void {
  const sources = knownSources(deps);
  const known = (request: SourceRequest): KnownSource => {
    const source = sources.get(request.params.source);
    if (source === undefined)
      throw new SallyportError('NOT_FOUND', 'there is no source of that name');
    return source;
  };
  return (app) => {
    const sent = readRaw(app, deps);
    // Too large, or cut off: refused before the handler ran.
    app.setErrorHandler((error, request) => {
      recordRejection(deps, request, error);
      throw error;
    });
    const url = '/v1/alerts/:source';
    app.route<{ Params: { source: string } }>({
      method: ['POST', 'PUT'],
      url,
      bodyLimit: intakeLimits.bodyBytesMax,
      // Before the body is read: what is refused must cost little, or refusing takes the time of what could be accepted.
      onRequest: async ({ params }) => {
        const full = deps.inbox.refusal(params.source) ?? deps.receiver.refusal(params.source);
        if (full !== null) throw full;
      },
      handler: async (request, reply) => {
        const source = known(request);
        // Fastify parsed the address; its values are text or lists of it.
        const echo = graphEcho(source.source.handshake, request.query as Record<string, unknown>);
        if (echo !== null) return answerHandshake(reply, echo);
        const accepted = await acceptRequest(deps, source, sent(request));
        if (accepted.kind === 'handshake') return answerHandshake(reply, accepted.answer);
        const { receiptId, findings } = accepted.receipt;
        return reply.code(202).send({ receiptId, findings });
      },
    });
    app.get<{ Params: { source: string } }>(url, async (request, reply) => {
      const source = known(request);
      const verdict = await source.verify(sent(request));
      if (!verdict.ok) throw new SallyportError(verdict.code, verdict.detail);
      return answerHandshake(reply, orNotFound(oktaEcho(source.source.handshake, sent(request))));
    });
    app.options<{ Params: { source: string } }>(url, async (request, reply) =>
      answerHandshake(
        reply,
        orNotFound(cloudEventsConsent(known(request).source.handshake, sent(request))),
      ),
    );
  };
}

function answerHandshake(reply: FastifyReply, answer: HandshakeAnswer): FastifyReply {
  return reply.code(200).headers(answer.headers).send(answer.body);
}

function orNotFound(answer: HandshakeAnswer | null): HandshakeAnswer {
  if (answer === null)
    throw new SallyportError('NOT_FOUND', 'nothing was asked that is known here');
  return answer;
}
