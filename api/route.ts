import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { SallyportError } from '../domain/errors.ts';
import type { Access, Identity, Role } from './access.ts';

/** One route as data: what it takes, who may call it, what it does. Access, parsing and the OpenAPI document follow from it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Fastify's form: `/v1/incidents/:id`. */
  readonly path: string;
  readonly summary: string;
  /** One of them suffices. */
  readonly roles: readonly Role[];
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  handle(call: UnreadCall): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface RouteCall<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly who: Identity;
}

interface UnreadCall extends RouteCall<unknown, unknown, unknown> {}

interface RouteSpec<Params, Query, Body> {
  readonly method: Route['method'];
  readonly path: string;
  readonly summary: string;
  readonly roles: readonly Role[];
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  handle(call: RouteCall<Params, Query, Body>): Promise<Answer>;
}

export const readers = [
  'analyst',
  'approver',
  'auditor',
  'admin',
] as const satisfies readonly Role[];
export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const accepted = (body: unknown): Answer => ({ status: 202, body });

const bodyBytesMax = 65_536;
const problemsShown = 5;

/** Ties the schemas to the handler's types; what is not declared must be absent from the request. */
export function route<Params = undefined, Query = undefined, Body = undefined>(
  spec: RouteSpec<Params, Query, Body>,
): Route {
  const { params = null, query = null, body = null } = spec;
  return {
    ...spec,
    params,
    query,
    body,
    handle: ({ who, ...unread }) =>
      spec.handle({
        who,
        // Without a schema the part is `undefined`, which is what the default of its type parameter says.
        params: (params === null ? undefined : read(params, unread.params, 'path')) as Params,
        query: (query === null
          ? refuseQuery(unread.query)
          : read(query, unread.query, 'query')) as Query,
        body: (body === null ? undefined : read(body, unread.body, 'body')) as Body,
      }),
  };
}

export function addRoutes(app: FastifyInstance, routes: readonly Route[], access: Access): void {
  for (const item of routes) {
    app.route({
      method: item.method,
      url: item.path,
      bodyLimit: bodyBytesMax,
      // SECURITY: before the body is read, so that strangers cannot make us parse.
      onRequest: async (request: FastifyRequest) =>
        void identities.set(request, await access.requireRole(request, ...item.roles)),
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const who = identities.get(request);
        if (who === undefined)
          throw new SallyportError(
            'BROKEN_INVARIANT',
            'a handler ran before the caller was identified',
          );
        const answer = await item.handle({
          params: request.params,
          query: request.query,
          body: request.body,
          who,
        });
        return reply.code(answer.status).send(answer.body);
      },
    });
  }
}

const identities = new WeakMap<FastifyRequest, Identity>();

/** SECURITY: a problem names the field and the rule, never the value. */
function read<Value>(schema: z.ZodType<Value>, value: unknown, where: string): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, problemsShown)
    .map((issue) => `${[where, ...issue.path].join('.')}: ${messageOf(issue)}`);
  throw new SallyportError('REQUEST_INVALID', problems.join('; '));
}

/** Names of unknown keys are what a client typed: counted, not repeated. */
function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `${issue.keys.length} unknown key(s)` : issue.message;
}

function refuseQuery(query: unknown): undefined {
  const isEmpty = typeof query !== 'object' || query === null || Object.keys(query).length === 0;
  if (!isEmpty)
    throw new SallyportError('REQUEST_INVALID', 'query: this route takes no parameters');
  return undefined;
}
