import type { z } from 'zod';
import { SallyportError } from '../../domain/errors.ts';
import type { CallContext } from '../contract.ts';
import { fillPath } from '../path-template.ts';
import { notFound, type findOutput } from '../ticket.schema.ts';
import { ask, dataOf, textAt, ticketOptionsOf } from './client.ts';

/** Asks by our own key. CONFIG_INVALID where the connection does not say how. */
export async function findTicket(
  externalKey: string,
  ctx: CallContext,
): Promise<z.output<typeof findOutput>> {
  const { find: options } = ticketOptionsOf(ctx);
  if (options === undefined)
    throw new SallyportError(
      'CONFIG_INVALID',
      `connections.${ctx.connection.name}.options.ticket.find is missing`,
    );
  const response = await ask(ctx, {
    method: 'GET',
    path: fillPath(options.path, { externalKey }),
    effect: 'read',
    answers: [404],
  });
  if (response.status === 404) return notFound;
  const data = dataOf(response);
  const ticketId = textAt(options.idPath, data);
  if (ticketId === null) return notFound;
  const url = textAt(options.urlPath, data) ?? '';
  return {
    found: true,
    ticketId,
    url,
    status: textAt(options.statusPath, data) ?? '',
    title: textAt(options.titlePath, data) ?? '',
  };
}
