import { SallyportError } from '../../domain/errors.ts';
import type { EgressResponse } from '../../platform/egress-answer.ts';
import type { EgressRequest } from '../../platform/http.ts';
import { answerAs, secretOf, type CallContext, type Connection } from '../contract.ts';
import {
  actionAnswer,
  devicesAnswer,
  idsAnswer,
  tokenAnswer,
  type FalconDevice,
} from './responses.schema.ts';

/** More hosts of one name than this are not read; the answer still says that there are several. */
const foundMax = 20;
/** A token is renewed this long before it ends. */
const tokenMarginMs = 60_000;

interface Token {
  readonly text: string;
  readonly untilMs: number;
}

/** Tokens live as long as the connection's configuration does and never leave this module. */
const tokens = new WeakMap<Connection, Token>();

export async function findDevices(
  ctx: CallContext,
  host: string,
): Promise<readonly FalconDevice[]> {
  // SECURITY: the schema leaves only letters, digits, dot, dash and underscore in a host name, so it cannot end the FQL string.
  const query = { filter: `hostname:'${host}'`, limit: String(foundMax) };
  const ids =
    answerAs(
      await falcon(ctx, {
        method: 'GET',
        path: '/devices/queries/devices/v1',
        query,
        effect: 'read',
      }),
      idsAnswer,
    ).resources ?? [];
  return ids.length === 0 ? [] : readDevices(ctx, ids.slice(0, foundMax));
}

export async function readDevices(
  ctx: CallContext,
  ids: readonly string[],
): Promise<readonly FalconDevice[]> {
  const response = await falcon(ctx, {
    method: 'POST',
    path: '/devices/entities/devices/v2',
    body: { kind: 'json', value: { ids } },
    effect: 'read',
  });
  return answerAs(response, devicesAnswer).resources ?? [];
}

export async function actOnDevice(
  ctx: CallContext,
  action: 'contain' | 'lift_containment',
  deviceId: string,
): Promise<void> {
  const response = await falcon(ctx, {
    method: 'POST',
    path: '/devices/entities/devices-actions/v2',
    query: { action_name: action },
    body: { kind: 'json', value: { ids: [deviceId] } },
    effect: 'write',
  });
  const { resources, errors } = answerAs(response, actionAnswer);
  if (resources?.some(({ id }) => id === deviceId) === true) return;
  const code = errors?.[0]?.code;
  if (code === 404) throw new SallyportError('TARGET_ABSENT', 'Falcon does not know the device');
  if (code === 403) throw new SallyportError('VENDOR_DENIED', 'Falcon refuses the action');
  throw new SallyportError('EFFECT_UNKNOWN', 'Falcon did not confirm the action');
}

/** 403 without the write scope, 400 with it: an action on no device changes nothing. */
export async function probeWriteScope(ctx: CallContext): Promise<'yes' | 'no' | 'unknown'> {
  const response = await falcon(ctx, {
    method: 'POST',
    path: '/devices/entities/devices-actions/v2',
    query: { action_name: 'contain' },
    body: { kind: 'json', value: { ids: [] } },
    effect: 'read',
    answers: [400, 403],
  });
  return response.status === 403 ? 'no' : response.status === 400 ? 'yes' : 'unknown';
}

/** One call with a token; a token that was revoked meanwhile is replaced once (a 401 means that nothing was done). */
async function falcon(ctx: CallContext, wanted: EgressRequest): Promise<EgressResponse> {
  const ask = async (): Promise<EgressResponse> =>
    ctx.http.request({
      ...wanted,
      answers: [...(wanted.answers ?? []), 401],
      headers: { authorization: `Bearer ${await tokenFor(ctx)}` },
      signal: ctx.signal,
    });
  const first = await ask();
  if (first.status !== 401) return first;
  tokens.delete(ctx.connection);
  const second = await ask();
  if (second.status === 401)
    throw new SallyportError('VENDOR_DENIED', 'Falcon refuses a fresh token');
  return second;
}

async function tokenFor(ctx: CallContext): Promise<string> {
  const known = tokens.get(ctx.connection);
  if (known !== undefined && known.untilMs > ctx.clock.nowMs()) return known.text;
  const [clientId = '', clientSecret = ''] = splitOnce(secretOf(ctx.connection));
  const fields = { client_id: clientId, client_secret: clientSecret };
  const response = await ctx.http.request({
    method: 'POST',
    path: '/oauth2/token',
    body: { kind: 'form', fields },
    effect: 'read',
    signal: ctx.signal,
  });
  const { access_token: text, expires_in: seconds } = answerAs(response, tokenAnswer);
  tokens.set(ctx.connection, { text, untilMs: ctx.clock.nowMs() + seconds * 1000 - tokenMarginMs });
  return text;
}

function splitOnce(text: string): readonly string[] {
  const at = text.indexOf(':');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
