import { SallyportError } from '../../domain/errors.ts';
import { isObject, type Json } from '../../domain/json.ts';
import { select } from '../../domain/path.ts';
import type { EgressResponse } from '../../platform/egress-answer.ts';
import type { EgressRequest } from '../../platform/http.ts';
import { secretOf, type CallContext } from '../contract.ts';
import { genericOptions, type GenericOptions, type TicketOptions } from './options.schema.ts';
import { optionsAs } from '../contract.ts';

const known = new WeakMap<object, GenericOptions>();

/** Options are checked once per configuration, not per call. */
export function optionsOf(ctx: CallContext): GenericOptions {
  const before = known.get(ctx.connection);
  if (before !== undefined) return before;
  const options = optionsAs(ctx.connection, genericOptions);
  known.set(ctx.connection, options);
  return options;
}

export function ticketOptionsOf(ctx: CallContext): TicketOptions {
  const { ticket } = optionsOf(ctx);
  if (ticket === undefined)
    throw new SallyportError(
      'CONFIG_INVALID',
      `connections.${ctx.connection.name}.options.ticket is missing`,
    );
  return ticket;
}

export async function ask(ctx: CallContext, wanted: EgressRequest): Promise<EgressResponse> {
  return ctx.http.request({
    ...wanted,
    headers: { ...fixedHeaders(ctx), ...wanted.headers, ...credentials(ctx) },
    signal: ctx.signal,
  });
}

/** The answer as data; JSON is all that these products speak. */
export function dataOf(response: EgressResponse): Json {
  // JSON.parse yields JSON; zod would only walk it again.
  return response.json() as Json;
}

/** What a path names, as text: ids come as numbers from some products. Null where it names nothing usable. */
export function textAt(path: string | undefined, data: Json): string | null {
  const value = path === undefined ? undefined : select(path, data);
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

/** Like `select` for answers that are plain objects or lists. */
export function fieldsAt(
  fields: Readonly<Record<string, string>>,
  data: Json,
): Record<string, Json> {
  if (!isObject(data) && !Array.isArray(data)) return {};
  return Object.fromEntries(
    Object.entries(fields).map(([name, path]) => [name, select(path, data) ?? null]),
  );
}

function fixedHeaders(ctx: CallContext): Record<string, string> {
  const named = Object.entries(optionsOf(ctx).headers);
  return Object.fromEntries(named.map(([name, value]) => [name.toLowerCase(), value]));
}

function credentials(ctx: CallContext): Record<string, string> {
  const { auth } = optionsOf(ctx);
  if (auth.kind === 'none') return {};
  const secret = secretOf(ctx.connection);
  if (auth.kind === 'bearer') return { authorization: `Bearer ${secret}` };
  if (auth.kind === 'basic')
    return { authorization: `Basic ${Buffer.from(secret).toString('base64')}` };
  return { [auth.header.toLowerCase()]: secret };
}
