import { z } from 'zod';
import { SallyportError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { EgressResponse } from '../../platform/egress-answer.ts';
import {
  defineCapability,
  type CallContext,
  type Connector,
  type Settlement,
} from '../contract.ts';
import { fillPath } from '../path-template.ts';
import { reportCheck } from '../report.ts';
import { ticketManifest } from '../ticket-manifests.ts';
import {
  commentInput,
  commentOutput,
  ensureInput,
  ensureOutput,
  findInput,
  findOutput,
  type EnsureInput,
} from '../ticket.schema.ts';
import { findTicket } from './find-ticket.ts';
import { ticketStatus } from './ticket-status.ts';
import { ask, dataOf, fieldsAt, optionsOf, textAt, ticketOptionsOf } from './client.ts';
import { lookupManifest } from '../lookup-manifest.ts';

/** A field of a looked-up record; longer text is a `RESPONSE_INVALID`, never cut in silence. */
const fieldValue = z.union([
  z.null(),
  z.boolean(),
  z.number(),
  z.string().max(4_096),
  z.array(z.union([z.string().max(1_024), z.number(), z.boolean(), z.null()])).max(200),
]);

const recordRead = defineCapability({
  manifest: lookupManifest({
    name: 'generic-http.record.read',
    title: 'Look a record up with GET',
    reach: 'Reads one record by the path that the connection names.',
  }),
  input: z.strictObject({
    params: z
      .record(z.string().max(64), z.string().min(1).max(512))
      .refine((params) => Object.keys(params).length <= 10),
  }),
  output: z.strictObject({ found: z.boolean(), fields: z.record(z.string().max(128), fieldValue) }),
  call: async ({ params }, ctx) => {
    const { lookup } = optionsOf(ctx);
    if (lookup === undefined)
      throw new SallyportError(
        'CONFIG_INVALID',
        `connections.${ctx.connection.name}.options.lookup is missing`,
      );
    const response = await ask(ctx, {
      method: 'GET',
      path: fillPath(lookup.path, params),
      effect: 'read',
      answers: lookup.notFound,
    });
    if (lookup.notFound.includes(response.status)) return { found: false, fields: {} };
    // The output schema decides which of these values are acceptable.
    return {
      found: true,
      fields: fieldsAt(lookup.fields, dataOf(response)) as Record<
        string,
        z.input<typeof fieldValue>
      >,
    };
  },
});

const ensure = defineCapability({
  manifest: ticketManifest('generic-http', 'a product spoken to over HTTP', 'ensure'),
  input: ensureInput,
  output: ensureOutput,
  call: async (input, ctx) => {
    const options = ticketOptionsOf(ctx);
    if (options.lookFirst) {
      const before = await findTicket(input.externalKey, ctx);
      if (before.found) return { ticketId: before.ticketId, url: before.url, created: false };
    }
    const response = await ask(ctx, {
      method: 'POST',
      path: options.path,
      headers: { [options.idempotencyHeader.toLowerCase()]: ctx.idempotencyKey },
      body: { kind: 'json', value: ticketBody(input, ctx) },
      effect: 'write',
    });
    const data = dataOf(response);
    return {
      ticketId: idIn(textAt(options.idPath, data), response),
      url: textAt(options.urlPath, data) ?? '',
      created: true,
    };
  },
  settle: async ({ externalKey }, ctx): Promise<Settlement> => {
    if (ticketOptionsOf(ctx).find === undefined) return { kind: 'unknown' };
    const { found, ticketId, url } = await findTicket(externalKey, ctx);
    return found ? { kind: 'done', output: { ticketId, url, created: true } } : { kind: 'absent' };
  },
});

const find = defineCapability({
  manifest: ticketManifest('generic-http', 'a product spoken to over HTTP', 'find'),
  input: findInput,
  output: findOutput,
  call: async ({ externalKey }, ctx) => findTicket(externalKey, ctx),
});

const comment = defineCapability({
  manifest: ticketManifest('generic-http', 'a product spoken to over HTTP', 'comment'),
  input: commentInput,
  output: commentOutput,
  call: async ({ ticketId, key, body }, ctx) => {
    const options = commentOptionsOf(ctx);
    const response = await ask(ctx, {
      method: 'POST',
      path: fillPath(options.path, { ticketId }),
      headers: { [ticketOptionsOf(ctx).idempotencyHeader.toLowerCase()]: ctx.idempotencyKey },
      body: { kind: 'json', value: { [options.bodyField]: body, [options.keyField]: key } },
      effect: 'write',
    });
    return {
      ticketId,
      commentId: idIn(textAt(options.idPath, dataOf(response)), response),
      created: true,
    };
  },
  settle: async ({ ticketId, key }, ctx): Promise<Settlement> => {
    const { find: options } = commentOptionsOf(ctx);
    if (options === undefined) return { kind: 'unknown' };
    const response = await ask(ctx, {
      method: 'GET',
      path: fillPath(options.path, { ticketId, key }),
      effect: 'read',
      answers: [404],
    });
    const commentId = response.status === 404 ? null : textAt(options.idPath, dataOf(response));
    return commentId === null
      ? { kind: 'absent' }
      : { kind: 'done', output: { ticketId, commentId, created: true } };
  },
});

export const genericHttp: Connector = {
  manifest: {
    name: 'generic-http',
    title: 'Any product with an HTTP API',
    version: '1.0.0',
    capabilities: [recordRead, ensure, find, comment, ticketStatus].map(({ manifest }) => manifest),
  },
  capabilities: {
    'generic-http.record.read': recordRead,
    'generic-http.ticket.ensure': ensure,
    'generic-http.ticket.find': find,
    'generic-http.ticket.comment': comment,
    'generic-http.ticket.status': ticketStatus,
  },
  check: async (ctx) =>
    reportCheck({
      read: async () => {
        const { ticket } = optionsOf(ctx);
        if (ticket?.find !== undefined) return findTicket('sallyport-check', ctx);
        return ask(ctx, { method: 'GET', path: '/', effect: 'read', answers: [400, 404, 405] });
      },
    }),
};

function ticketBody(input: EnsureInput, ctx: CallContext): JsonObject {
  const { fields, constant } = ticketOptionsOf(ctx);
  const named = Object.entries(fields).map(
    ([ours, theirs]) => [theirs, input[ours as keyof EnsureInput]] as const,
  );
  return { ...constant, ...Object.fromEntries(named) };
}

function commentOptionsOf(
  ctx: CallContext,
): NonNullable<ReturnType<typeof ticketOptionsOf>['comments']> {
  const { comments } = ticketOptionsOf(ctx);
  if (comments === undefined)
    throw new SallyportError('INPUT_INVALID', `connection ${ctx.connection.name} has no comments`);
  return comments;
}

/** A ticket without an id that we can read may well exist: its outcome is unknown, not failed. */
function idIn(id: string | null, response: EgressResponse): string {
  if (id === null)
    throw new SallyportError(
      'EFFECT_UNKNOWN',
      `the product answered ${response.status} without an id`,
    );
  return id;
}
