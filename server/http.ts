import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemFor, problemType } from '../api/problem.ts';
import { SallyportError } from '../domain/errors.ts';
import type { ApiToken } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics, MetricsSnapshot } from '../platform/metrics.ts';
import { connectionsMaxOf } from './connections-max.ts';
import { freePort } from './free-port.ts';
import type { ComponentStatus } from './supervise.ts';

/** What a room adds: `intakeRoutes(deps)`, `peopleRoutes(deps)`, `auditRoutes(deps)`. */
export type Routes = (app: FastifyInstance) => void | Promise<void>;

export interface HttpDeps {
  readonly listen: { readonly host: string; readonly port: number };
  /** True: where the port is taken another is chosen. */
  readonly mayMove?: boolean;
  readonly routes: readonly Routes[];
  readonly tokens: readonly ApiToken[];
  readonly components: () => readonly ComponentStatus[] | Promise<readonly ComponentStatus[]>;
  readonly metrics: Metrics;
  /** What the other threads of this process measured. */
  readonly metricsElsewhere?: () => Promise<readonly MetricsSnapshot[]>;
  readonly logger: Logger;
  /** For what a problem document says: an error may repeat what somebody typed. */
  readonly redactText: (text: string) => string;
  /** How long a request may take to arrive; left out: as `bounds` says. Tests that wait for it give less. */
  readonly requestTimeoutMs?: number;
  /** How many connections there may be at once; left out: as many as the process can afford. */
  readonly connectionsMax?: number;
}

export interface HttpServer {
  readonly url: string;
  /** Takes no new requests, finishes those under way, then closes. */
  close(): Promise<void>;
}

const bounds = {
  bodyBytesMax: 1_048_576,
  requestTimeoutMs: 15_000,
  connectionTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  paramCharsMax: 256,
  closeTimeoutMs: 4_000,
  /** How often late requests are looked for, as a part of the time that they have; Node's own is every 30 s. */
  checksPerTimeout: 5,
} as const;

/** The HTTP root: every answer that is not a success is a problem document. */
export async function startHttp(deps: HttpDeps): Promise<HttpServer> {
  const requestTimeoutMs = deps.requestTimeoutMs ?? bounds.requestTimeoutMs;
  const app = fastify({
    logger: false,
    bodyLimit: bounds.bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    http: {
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.ceil(requestTimeoutMs / bounds.checksPerTimeout),
    },
    connectionTimeout: bounds.connectionTimeoutMs,
    keepAliveTimeout: bounds.keepAliveTimeoutMs,
    routerOptions: { maxParamLength: bounds.paramCharsMax },
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    return payload;
  });
  app.setErrorHandler((error, request, reply) => refuse(deps, { error, request, reply }));
  app.setNotFoundHandler((request, reply) =>
    refuse(deps, {
      error: new SallyportError('NOT_FOUND', 'there is no such route'),
      request,
      reply,
    }),
  );
  app.server.maxConnections = deps.connectionsMax ?? connectionsMaxOf();
  healthRoutes(app, deps);
  for (const routes of deps.routes) app.register(async (scope) => routes(scope));
  const port = deps.mayMove === true ? await freePort(deps.listen.port) : deps.listen.port;
  const url = await listen(app, { ...deps.listen, port });
  return { url, close: () => closeWithin(app, bounds.closeTimeoutMs) };
}

function healthRoutes(app: FastifyInstance, deps: HttpDeps): void {
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const components = await deps.components();
    const isReady = components.every((component) => component.state === 'up');
    return reply
      .code(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not ready', components });
  });
  app.get('/metrics', async (request, reply) => {
    if (!isLoopback(request.ip) && !isAdmin(request, deps.tokens))
      throw new SallyportError(
        'CREDENTIAL_MISSING',
        'only this machine and administrators may read metrics',
      );
    for (const { name, state } of await deps.components())
      deps.metrics.component(name, state === 'up');
    const { contentType, text } = await deps.metrics.render(await deps.metricsElsewhere?.());
    return reply.type(contentType).send(text);
  });
}

interface Refusal {
  readonly error: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

function refuse(deps: HttpDeps, { error, request, reply }: Refusal): FastifyReply {
  const problem = problemFor(error);
  if (problem.status === 500)
    deps.logger.error(
      { err: error, method: request.method, route: request.routeOptions.url ?? '' },
      'a request failed',
    );
  const body = { ...problem.body, detail: deps.redactText(problem.body.detail) };
  return reply.code(problem.status).headers(problem.headers).type(problemType).send(body);
}

/** A port that is taken, or an address that is not ours, is an error. */
async function listen(app: FastifyInstance, wanted: HttpDeps['listen']): Promise<string> {
  // A copy: fastify writes to what it is given.
  return app.listen({ ...wanted }).catch((error: NodeJS.ErrnoException) => {
    throw new SallyportError(
      'CONFIG_INVALID',
      `cannot listen on ${wanted.host}:${wanted.port} (${error.code ?? error.message})`,
      { cause: error },
    );
  });
}

async function closeWithin(app: FastifyInstance, limitMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), limitMs);
  await app.close();
  clearTimeout(timer);
}

const isLoopback = (address: string): boolean =>
  isIP(address) !== 0 && /^(127\.|::1$|::ffff:127\.)/.test(address);

function isAdmin(request: FastifyRequest, tokens: readonly ApiToken[]): boolean {
  const [, presented] = /^Bearer (\S{1,512})$/.exec(request.headers.authorization ?? '') ?? [];
  if (presented === undefined) return false;
  const hash = createHash('sha256').update(presented).digest();
  return tokens
    .filter((token) => token.roles.includes('admin'))
    .some((token) => timingSafeEqual(hash, Buffer.from(token.sha256, 'hex')));
}
