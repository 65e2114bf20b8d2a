import { createHmac, randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { SourceConfig } from '../platform/config.ts';
import { SallyportError } from '../domain/errors.ts';

const msPerSecond = 1_000;

/** The headers by which a delivery proves itself to a source: the sender's side of `intake/verify-sender.ts`. */
export function signDelivery(
  source: SourceConfig,
  body: Buffer,
  clock: Clock,
): Readonly<Record<string, string>> {
  const { verify } = source;
  const [secret] = verify.secrets;
  if (secret === undefined)
    throw new SallyportError('CONFIG_INVALID', 'a source without secrets accepts nothing');
  const seconds = String(Math.floor(clock.nowMs() / msPerSecond));
  if (verify.kind === 'bearer')
    return verify.header === undefined
      ? { authorization: `Bearer ${secret}` }
      : { [verify.header]: secret };
  if (verify.kind === 'standard-webhooks') {
    const id = `msg_${randomUUID()}`;
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key)
      .update(`${id}.${seconds}.`)
      .update(body)
      .digest('base64');
    return {
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${signature}`,
    };
  }
  const pattern =
    verify.signed ?? (verify.timestampHeader === undefined ? '{body}' : '{timestamp}.{body}');
  const [before = '', after = ''] = pattern
    .split('{body}')
    .map((part) => part.replaceAll('{timestamp}', seconds));
  const signature = createHmac(verify.algorithm, secret)
    .update(before)
    .update(body)
    .update(after)
    .digest(verify.encoding);
  const signed = { [verify.header]: `${verify.prefix ?? ''}${signature}` };
  return verify.timestampHeader === undefined
    ? signed
    : { ...signed, [verify.timestampHeader]: seconds };
}
