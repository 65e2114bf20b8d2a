import type { BoardStore } from '../../domain/board.ts';
import { SallyportError } from '../../domain/errors.ts';
import {
  defineCapability,
  type CallContext,
  type Connector,
  type Settlement,
} from '../contract.ts';
import { ticketManifest } from '../ticket-manifests.ts';
import {
  commentInput,
  commentOutput,
  ensureInput,
  ensureOutput,
  findInput,
  findOutput,
  notFound,
  statusInput,
  statusOutput,
  toStatus,
  transitionInput,
  transitionOutput,
  updateInput,
  updateOutput,
} from '../ticket.schema.ts';
import { moveTicket } from '../../domain/ticket-states.ts';

const manifestOf = (
  verb: Parameters<typeof ticketManifest>[2],
): ReturnType<typeof ticketManifest> => ticketManifest('board', 'the local board', verb);

const ensure = defineCapability({
  manifest: manifestOf('ensure'),
  input: ensureInput,
  output: ensureOutput,
  call: async (input, ctx) => {
    const { ticketId, created } = await boardOf(ctx).ensure(ctx.tenant, input);
    return { ticketId, url: urlOf(ctx, ticketId), created };
  },
  settle: async ({ externalKey }, ctx): Promise<Settlement> => {
    const found = await boardOf(ctx).find(ctx.tenant, externalKey);
    if (found === null) return { kind: 'absent' };
    return {
      kind: 'done',
      output: { ticketId: found.ticketId, url: urlOf(ctx, found.ticketId), created: true },
    };
  },
});

const comment = defineCapability({
  manifest: manifestOf('comment'),
  input: commentInput,
  output: commentOutput,
  call: async (input, ctx) => ({
    ticketId: input.ticketId,
    ...present(await boardOf(ctx).comment(ctx.tenant, input)),
  }),
  settle: async ({ ticketId, key }, ctx): Promise<Settlement> => {
    const found = await boardOf(ctx).findComment(ctx.tenant, key);
    return found === null
      ? { kind: 'absent' }
      : { kind: 'done', output: { ticketId, commentId: found.commentId, created: true } };
  },
});

const update = defineCapability({
  manifest: manifestOf('update'),
  input: updateInput,
  output: updateOutput,
  call: async ({ ticketId, ...wanted }, ctx) => {
    const { changed } = present(
      await boardOf(ctx).update(ctx.tenant, ticketId, definedOnly(wanted)),
    );
    return { ticketId, url: urlOf(ctx, ticketId), changed };
  },
  // An update sets fields to values: doing it again is the same as having done it once.
  settle: async () => ({ kind: 'absent' }),
});

const transition = defineCapability({
  manifest: manifestOf('transition'),
  input: transitionInput,
  output: transitionOutput,
  call: async ({ ticketId, status }, ctx) => {
    const board = boardOf(ctx);
    moveTicket(present(await board.read(ctx.tenant, ticketId)).status, status);
    const { changed } = present(await board.update(ctx.tenant, ticketId, { status }));
    return { ticketId, status, changed };
  },
  settle: async ({ ticketId, status }, ctx): Promise<Settlement> => {
    const found = await boardOf(ctx).read(ctx.tenant, ticketId);
    return found?.status === status
      ? { kind: 'done', output: { ticketId, status, changed: true } }
      : { kind: 'absent' };
  },
});

const find = defineCapability({
  manifest: manifestOf('find'),
  input: findInput,
  output: findOutput,
  call: async ({ externalKey }, ctx) => {
    const found = await boardOf(ctx).find(ctx.tenant, externalKey);
    if (found === null) return notFound;
    return {
      found: true,
      ticketId: found.ticketId,
      url: urlOf(ctx, found.ticketId),
      status: found.status,
      title: found.title,
    };
  },
});

const status = defineCapability({
  manifest: manifestOf('status'),
  input: statusInput,
  output: statusOutput,
  call: async ({ ticketId }, ctx) =>
    toStatus(present(await boardOf(ctx).read(ctx.tenant, ticketId)).status),
});

export const board: Connector = {
  manifest: {
    name: 'board',
    title: 'Local ticket board',
    version: '1.0.0',
    capabilities: [ensure, comment, update, transition, find, status].map(
      ({ manifest }) => manifest,
    ),
  },
  capabilities: {
    'board.ticket.ensure': ensure,
    'board.ticket.comment': comment,
    'board.ticket.update': update,
    'board.ticket.transition': transition,
    'board.ticket.find': find,
    'board.ticket.status': status,
  },
  check: async ({ ports, tenant }) => {
    if (ports.board === null)
      return {
        reach: 'untested',
        credential: 'none',
        canWrite: 'yes',
        notes: ["the board lies in the engine's own database"],
      };
    const reach = await ports.board.find(tenant, 'check').then(
      () => 'ok' as const,
      () => 'failed' as const,
    );
    return { reach, credential: 'none', canWrite: 'yes', notes: [] };
  },
};

function boardOf(ctx: CallContext): BoardStore {
  if (ctx.ports.board === null)
    throw new SallyportError('VENDOR_UNAVAILABLE', 'this process has no ticket board');
  return ctx.ports.board;
}

function urlOf(ctx: CallContext, ticketId: string): string {
  return `${ctx.connection.address.replace(/\/+$/, '')}/${ticketId}`;
}

function present<Value>(value: Value | null): Value {
  if (value === null) throw new SallyportError('TARGET_ABSENT', 'the board has no such ticket');
  return value;
}

/** Drops keys that were not given, so that they stay as they are. */
function definedOnly<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}
