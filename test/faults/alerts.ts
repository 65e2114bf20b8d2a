import { createHmac } from 'node:crypto';
import { until } from '../../server/settle.ts';
import { makeCanaries } from '../support/canaries.ts';

/** Planted in every alert and in what people type; none may be found anywhere afterwards. */
export const planted = makeCanaries('faults', [
  'aws-access-key-id',
  'aws-secret-key',
  'github-token',
  'slack-token',
  'jwt',
  'password',
  'email',
  'payment-card',
]);
export const senderSecret = 'faults-secret-0123456789abcdef';

export interface Alert {
  /** The sender's id of the delivery: the same however often it is sent. */
  readonly id: string;
  readonly host: string;
  readonly body: string;
}

/** Alerts of one kind and host are one problem. `contain` leads to a gate, `plain` to a ticket. */
export function makeAlert(id: string, kind: 'plain' | 'contain', host: string): Alert {
  const body = {
    id,
    title: kind === 'contain' ? 'Malware found' : 'Suspicious process seen',
    severity: 'high',
    time: new Date().toISOString(),
    rule: { id: `faults-${kind}` },
    host: { name: host },
    notes: planted.map((canary) => canary.text),
  };
  return { id, host, body: JSON.stringify(body) };
}

/** Null where there was no answer: the alert may have been committed or not, as every sender knows it. */
export async function send(url: string, alert: Alert): Promise<number | null> {
  const signature = createHmac('sha256', senderSecret).update(alert.body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-delivery': alert.id,
    'x-signature': `sha256=${signature}`,
  };
  try {
    const answer = await fetch(`${url}/v1/alerts/faults`, {
      method: 'POST',
      headers,
      body: alert.body,
      signal: AbortSignal.timeout(answerMs),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}

const answerMs = 10_000;

/** What a sender does that loses nothing: sends again until it is accepted. Throws at an answer that senders give up on. */
export async function sendUntilAccepted(url: string, alert: Alert): Promise<void> {
  const isAccepted = async (): Promise<boolean> => {
    const status = await send(url, alert);
    if (status !== null && status !== 202 && status !== 503)
      throw new Error(`alert ${alert.id} was answered ${status}`);
    return status === 202;
  };
  await until(isAccepted, { signal: new AbortController().signal, limitMs: Infinity });
}
