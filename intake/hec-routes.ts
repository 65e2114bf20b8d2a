import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SallyportError } from '../domain/errors.ts';
import { fileRequest, knownSources, type IntakeDeps, type KnownSource } from './accept.ts';
import { decodeBody } from './decode-body.ts';
import { createHecAcks, type HecAcks } from './hec-acks.ts';
import { hecAnswers, readHecEvents, readHecRaw, type HecAnswer, type HecBody } from './hec-body.ts';
import { intakeLimits } from './limits.ts';
import { readRaw, recordRejection } from './raw-requests.ts';
import type { SentRequest } from './verify/sent-request.ts';

interface Hec<Sealed> {
  readonly deps: IntakeDeps<Sealed>;
  readonly sources: readonly KnownSource[];
  readonly acks: HecAcks;
}

/** An answer of the protocol that ends a request. */
class HecRefusal extends SallyportError {
  readonly answer: HecAnswer;

  constructor(answer: HecAnswer) {
    super(answer.status === 400 ? 'REQUEST_INVALID' : 'CREDENTIAL_REFUSED', answer.text);
    this.answer = answer;
  }
}

/**
 * Splunk's HTTP Event Collector, so that whatever ships to Splunk can ship here: `/services/collector[/event|/raw]`,
 * `/health`, `/ack`. The token names the source. Status, code and text are Splunk's; what Splunk would refuse for its
 * form is told so and filed all the same.
 */
export function hecRoutes<Sealed>(deps: IntakeDeps<Sealed>): (app: FastifyInstance) => void {
  const hec: Hec<Sealed> = {
    deps,
    sources: [...knownSources(deps).values()].filter(
      ({ source }) => source.verify.kind === 'splunk-hec',
    ),
    acks: createHecAcks(),
  };
  return (app) => {
    const sent = readRaw(app, deps);
    app.setErrorHandler((error, request, reply) => {
      recordRejection(deps, request, error);
      return answerError(reply, error);
    });
    const takes = (urls: readonly string[], read: ReadHec): void => {
      for (const url of urls)
        app.post(url, { bodyLimit: intakeLimits.bodyBytesMax }, (request, reply) =>
          takeEvents(hec, { request, reply, sent: sent(request) }, read),
        );
    };
    const collector = '/services/collector';
    takes([collector, `${collector}/event`, `${collector}/event/1.0`], readHecEvents);
    takes([`${collector}/raw`, `${collector}/raw/1.0`], readHecRaw);
    for (const url of [`${collector}/health`, `${collector}/health/1.0`])
      app.get(url, (_request, reply) =>
        answer(reply, deps.inbox.refusal() === null ? hecAnswers.healthy : hecAnswers.queuesFull),
      );
    app.post(`${collector}/ack`, async (request, reply) => {
      const from = sent(request);
      const source = await sourceOf(hec, request, from);
      if (!asksAck(source)) throw new HecRefusal(hecAnswers.ackDisabled);
      const wanted = readAcks(from.body);
      return reply.send({ acks: hec.acks.ask(source.name, channelOf(request), wanted) });
    });
  };
}

type ReadHec = (body: Uint8Array, query: Readonly<Record<string, unknown>>) => HecBody;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly sent: SentRequest;
}

async function takeEvents<Sealed>(
  hec: Hec<Sealed>,
  { request, reply, sent }: Exchange,
  read: ReadHec,
): Promise<FastifyReply> {
  const source = await sourceOf(hec, request, sent);
  const channel = asksAck(source) ? channelOf(request) : null;
  const coding = request.headers['content-encoding'];
  const decoded = decodeBody(sent.body, coding);
  // Fastify parsed the address; its values are text or lists of it.
  const query = request.query as Record<string, unknown>;
  const body = decoded.kind === 'body' ? read(decoded.body, query) : unreadable;
  if (body.answer === hecAnswers.noData) throw new HecRefusal(body.answer);
  // Read already: what goes on is plain.
  const headers =
    body.read === null ? sent.headers : { ...sent.headers, 'content-encoding': undefined };
  await fileRequest(hec.deps, source, {
    ...sent,
    headers,
    ...(body.read === null ? {} : { read: body.read }),
    deliveryId: null,
  });
  const ack = channel === null ? {} : { ackId: hec.acks.next(source.name, channel) };
  const where = body.invalidEvent === null ? {} : { 'invalid-event-number': body.invalidEvent };
  return answer(reply, body.answer, body.answer === hecAnswers.success ? ack : where);
}

const unreadable: HecBody = { answer: hecAnswers.invalidFormat, invalidEvent: null, read: null };

/** SECURITY: every source's tokens are looked at, whichever matched. */
async function sourceOf<Sealed>(
  hec: Hec<Sealed>,
  request: FastifyRequest,
  sent: SentRequest,
): Promise<KnownSource> {
  if (request.headers.authorization === undefined) {
    const { token } = request.query as { token?: unknown };
    throw new HecRefusal(token === undefined ? hecAnswers.tokenMissing : hecAnswers.queryToken);
  }
  const verdicts = await Promise.all(hec.sources.map((source) => source.verify(sent)));
  const found = hec.sources.find((_source, index) => verdicts[index]?.ok === true);
  if (found === undefined) throw new HecRefusal(hecAnswers.tokenInvalid);
  return found;
}

const asksAck = ({ source: { verify } }: KnownSource): boolean =>
  verify.kind === 'splunk-hec' && verify.ack;

const channelPattern = /^[0-9A-Za-z-]{1,64}$/;

function channelOf(request: FastifyRequest): string {
  const { channel: named } = request.query as { channel?: unknown };
  const channel = request.headers['x-splunk-request-channel'] ?? named;
  if (channel === undefined || channel === '') throw new HecRefusal(hecAnswers.channelMissing);
  if (typeof channel !== 'string' || !channelPattern.test(channel))
    throw new HecRefusal(hecAnswers.channelInvalid);
  return channel;
}

const acksMax = 10_000;
const ackQuestion = z.object({ acks: z.array(z.int().min(0)).max(acksMax) });

function readAcks(body: Uint8Array): readonly number[] {
  let question: unknown;
  try {
    question = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new HecRefusal(hecAnswers.invalidFormat);
  }
  const parsed = ackQuestion.safeParse(question);
  if (!parsed.success) throw new HecRefusal(hecAnswers.invalidFormat);
  return parsed.data.acks;
}

function answer(reply: FastifyReply, said: HecAnswer, more: object = {}): FastifyReply {
  const { status, text, code } = said;
  return reply.code(status).send({ text, code, ...more });
}

function answerError(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof HecRefusal) return answer(reply, error.answer);
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : null;
  if (status === 413) return answer(reply, hecAnswers.tooLarge);
  if (!(error instanceof SallyportError)) return answer(reply, hecAnswers.serverError);
  if (error.code === 'CODING_UNSUPPORTED') return answer(reply, hecAnswers.invalidFormat);
  const seconds = Math.ceil((error.retryAfterMs ?? intakeLimits.retryAfterMs) / 1000);
  return answer(reply.header('retry-after', String(seconds)), hecAnswers.busy);
}
