import { createHmac, randomUUID } from 'node:crypto';
import { SallyportError } from '../domain/errors.ts';
import { productNamed } from '../intake/verify/products.ts';
import type { Clock } from '../platform/clock.ts';
import type { SourceConfig } from '../platform/source-config.ts';
import type { HmacProof, LocalProof } from '../platform/sender-proof.ts';

const msPerSecond = 1_000;

type Headers = Readonly<Record<string, string>>;

interface Sending {
  readonly secret: string;
  readonly seconds: string;
  readonly body: Buffer;
}

/** The headers by which a delivery proves itself to a source: the sender's side of `intake/verify-sender.ts`. */
export function signDelivery(source: SourceConfig, body: Buffer, clock: Clock): Headers {
  const { verify } = source;
  const [secret] = 'secrets' in verify ? verify.secrets : [];
  if (secret === undefined || !('secrets' in verify))
    throw new SallyportError(
      'CONFIG_INVALID',
      'a source without a secret can only be sent to by its product',
    );
  const seconds = String(Math.floor(clock.nowMs() / msPerSecond));
  return headersFor(verify, { secret, seconds, body });
}

function headersFor(verify: LocalProof, sending: Sending): Headers {
  const { secret } = sending;
  switch (verify.kind) {
    case 'bearer':
      return verify.header === undefined
        ? { authorization: `Bearer ${secret}` }
        : { [verify.header]: secret };
    case 'basic':
      return { authorization: `Basic ${Buffer.from(secret).toString('base64')}` };
    case 'client-certificate':
      return { [verify.secretHeader]: secret, [verify.header]: verify.accepted[0] ?? '' };
    case 'standard-webhooks':
      return webhookHeaders(sending);
    case 'hmac':
      return hmacHeaders(verify, sending);
    case 'product':
      return productHeaders(verify, sending);
    case 'splunk-hec':
      return { authorization: `Splunk ${secret}` };
    case 'graph':
      return {};
  }
}

function webhookHeaders({ secret, seconds, body }: Sending): Headers {
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

function productHeaders(
  verify: Extract<LocalProof, { kind: 'product' }>,
  sending: Sending,
): Headers {
  const scheme = productNamed(verify.product);
  if (scheme === null) throw new SallyportError('CONFIG_INVALID', 'the product is not known');
  const { proof, deliveryHeader } = scheme;
  const signed =
    'algorithm' in proof ? hmacHeaders(proof, sending) : { [proof.header]: sending.secret };
  return deliveryHeader === undefined ? signed : { ...signed, [deliveryHeader]: randomUUID() };
}

function hmacHeaders(
  scheme: Omit<HmacProof, 'kind' | 'secrets' | 'toleranceSeconds'>,
  { secret, seconds, body }: Sending,
): Headers {
  const { timestampHeader, timestampParameter } = scheme;
  const isTimed = timestampHeader !== undefined || timestampParameter !== undefined;
  const pattern = scheme.signed ?? (isTimed ? '{timestamp}.{body}' : '{body}');
  const [before = '', after = ''] = pattern
    .split('{body}')
    .map((part) => part.replaceAll('{timestamp}', seconds));
  const digest = createHmac(scheme.algorithm, secret)
    .update(before)
    .update(body)
    .update(after)
    .digest(scheme.encoding);
  const time =
    timestampParameter === undefined
      ? ''
      : `${timestampParameter}=${seconds}${scheme.separator ?? ','}`;
  return {
    [scheme.header]: `${time}${scheme.prefix ?? ''}${digest}`,
    ...(timestampHeader === undefined ? {} : { [timestampHeader]: seconds }),
  };
}
