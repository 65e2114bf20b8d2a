import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { SallyportError } from '../../domain/errors.ts';
import { isoTime } from '../../platform/clock.ts';
import {
  defineCapability,
  secretOf,
  type CallContext,
  type Connector,
  type Settlement,
} from '../contract.ts';
import { inertMessage, inertSubject } from '../inert.ts';
import { reportCheck } from '../report.ts';

const subjectChars = 256;
const bodyChars = 20_000;
const input = z.strictObject({
  subject: z.string().min(1).max(subjectChars),
  body: z.string().max(bodyChars),
  severity: z.string().max(32).optional(),
  link: z.string().max(2_048).optional(),
  incident: z.string().max(128).optional(),
});

/**
 * Notifies by a signed POST (Standard Webhooks 1.0), plain text in JSON. SECURITY: receivers relay it to chats, whose
 * markup makes mentions and links of what an attacker wrote into an alert; subjects hold such text, bodies may.
 */
const send = defineCapability({
  manifest: {
    name: 'webhook.message.send',
    title: 'Notify by a signed webhook',
    effect: 'reversible',
    privilege: 'notify',
    target: null,
    reveals: [],
    undo: null,
    precondition: null,
    settle: 'by-key',
    reach: 'One message to the receiver that the connection names.',
  },
  input,
  output: z.strictObject({ messageId: z.string().max(128), status: z.int().min(200).max(299) }),
  call: async (message, ctx) => {
    const messageId = ctx.idempotencyKey;
    const text = JSON.stringify({
      type: 'sallyport.message',
      timestamp: isoTime(ctx.clock.nowMs()),
      data: {
        ...message,
        subject: inertSubject(message.subject, subjectChars),
        body: inertMessage(message.body, bodyChars),
      },
    });
    const response = await ctx.http.request({
      method: 'POST',
      path: '',
      headers: signed(ctx, messageId, text),
      body: { kind: 'text', type: 'application/json', text },
      effect: 'write',
      signal: ctx.signal,
    });
    return { messageId, status: response.status };
  },
  // By the standard a receiver drops a webhook-id that it has seen, so sending the same one again is always safe.
  settle: async (): Promise<Settlement> => ({ kind: 'absent' }),
});

export const webhook: Connector = {
  manifest: {
    name: 'webhook',
    title: 'Standard Webhooks',
    version: '1.0.0',
    capabilities: [send.manifest],
  },
  capabilities: { 'webhook.message.send': send },
  // Anything that is posted would be a message, so only the way there is tested.
  check: async (ctx) => {
    signingKey(ctx);
    const report = await reportCheck({
      read: () =>
        ctx.http.request({
          method: 'GET',
          path: '',
          effect: 'read',
          answers: [400, 401, 403, 404, 405],
        }),
    });
    return { ...report, credential: 'unknown', canWrite: 'yes' };
  },
};

function signed(ctx: CallContext, id: string, text: string): Record<string, string> {
  const timestamp = String(Math.floor(ctx.clock.nowMs() / 1000));
  const signature = createHmac('sha256', signingKey(ctx))
    .update(`${id}.${timestamp}.${text}`)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** `whsec_` and base64, 24 to 64 bytes, as the standard has it. */
function signingKey(ctx: CallContext): Buffer {
  const key = Buffer.from(secretOf(ctx.connection).replace(/^whsec_/, ''), 'base64');
  if (key.length < 24 || key.length > 64)
    throw new SallyportError(
      'CONFIG_INVALID',
      `connections.${ctx.connection.name}.secret is not a Standard Webhooks secret`,
    );
  return key;
}
