import { SallyportError } from '../../domain/errors.ts';
import { defineCapability, type CallContext } from '../contract.ts';
import { fillPath } from '../path-template.ts';
import { ticketManifest } from '../ticket-manifests.ts';
import { statusInput, statusOutput, toStatus } from '../ticket.schema.ts';
import { ask, dataOf, textAt, ticketOptionsOf } from './client.ts';
import { findTicket } from './find-ticket.ts';

/** By the connection's `status`, else by its `find`; CONFIG_INVALID where it has neither. */
export const ticketStatus = defineCapability({
  manifest: ticketManifest('generic-http', 'a product spoken to over HTTP', 'status'),
  input: statusInput,
  output: statusOutput,
  call: async ({ ticketId, externalKey }, ctx) => {
    const { status, find, states } = ticketOptionsOf(ctx);
    if (status === undefined && find?.statusPath === undefined)
      throw new SallyportError(
        'CONFIG_INVALID',
        `connections.${ctx.connection.name}.options.ticket.status is missing`,
      );
    const said =
      status === undefined
        ? await wordFound({ ticketId, externalKey }, ctx)
        : await wordAt(status, ticketId, ctx);
    return toStatus(said, states);
  },
});

async function wordAt(
  status: { readonly path: string; readonly statusPath: string },
  ticketId: string,
  ctx: CallContext,
): Promise<string> {
  const path = fillPath(status.path, { ticketId });
  const response = await ask(ctx, { method: 'GET', path, effect: 'read' });
  return textAt(status.statusPath, dataOf(response)) ?? '';
}

/** SECURITY: a key that finds another ticket than the linked one says nothing of the linked one. */
async function wordFound(
  of: { readonly ticketId: string; readonly externalKey: string },
  ctx: CallContext,
): Promise<string> {
  const found = await findTicket(of.externalKey, ctx);
  if (!found.found || found.ticketId !== of.ticketId)
    throw new SallyportError('TARGET_ABSENT', 'the product finds no such ticket');
  return found.status;
}
