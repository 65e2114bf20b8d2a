import { createHmac } from 'node:crypto';
import type { FakeProduct, FakeReply, FakeRequest } from '../fake-server.ts';

export interface WebhookState {
  /** Distinct messages by webhook-id; `repeats` counts deliveries that were dropped as seen. */
  readonly messages: Record<string, string>;
  repeats: number;
}

export const webhookFakeSecret = 'whsec_ZmFrZS13ZWJob29rLXNlY3JldC1mb3ItdGVzdHM=';

/** A receiver by the standard: checks signature and time, drops ids that it has seen. */
export const webhookFake: FakeProduct<WebhookState> = {
  name: 'webhook',
  initial: () => ({ messages: {}, repeats: 0 }),
  reply,
};

const toleranceSeconds = 300;

function reply(request: FakeRequest, state: WebhookState): FakeReply {
  if (request.method !== 'POST') return { status: 405, body: {} };
  const id = request.headers['webhook-id'] ?? '';
  const timestamp = request.headers['webhook-timestamp'] ?? '';
  const key = Buffer.from(webhookFakeSecret.slice('whsec_'.length), 'base64');
  const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${request.body}`).digest('base64')}`;
  const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds;
  if (id === '' || !fresh || request.headers['webhook-signature'] !== expected)
    return { status: 401, body: { error: 'signature' } };
  if (state.messages[id] === undefined) state.messages[id] = request.body;
  else state.repeats += 1;
  return { status: 202, body: {} };
}
