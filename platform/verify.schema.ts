import { z } from 'zod';
import { syslog } from './verify-syslog.schema.ts';
import { entra, google, oidc, sns } from './verify-issuers.schema.ts';
import { header, listMax, name, secret, secrets, text } from './config-values.schema.ts';

const retiring = z
  .array(
    z.strictObject({
      secret: secret.describe('The old secret, by reference.'),
      until: z.iso
        .datetime({ offset: true })
        .max(40)
        .describe('When it ends (RFC 3339); from then on it is refused.'),
    }),
  )
  .max(8)
  .optional()
  .describe('Secrets that are being replaced, each with its end.');

const tolerance = z.int().min(1).max(86_400);
const toleranceSeconds = tolerance
  .default(300)
  .describe('How far the time of sending may be from ours.');

const hmac = z.strictObject({
  kind: z.literal('hmac').describe('A keyed hash over the raw body, for senders of any make.'),
  header: header.describe('The header that carries the signature.'),
  algorithm: z
    .enum(['sha256', 'sha1', 'sha512'])
    .default('sha256')
    .describe('The hash. Choose sha1 only where the sender knows nothing else.'),
  encoding: z.enum(['hex', 'base64']).default('hex').describe('How the signature is written.'),
  prefix: text
    .optional()
    .describe('What stands before the signature in its header, for example `sha256=`.'),
  separator: z
    .string()
    .min(1)
    .max(1)
    .optional()
    .describe('What stands between several signatures in that header; any of them may match.'),
  timestampHeader: header
    .optional()
    .describe(
      'The header with the time of sending (seconds or RFC 3339); it must then be part of what is signed.',
    ),
  timestampParameter: name
    .optional()
    .describe('The time stands beside the signatures instead, as `<name>=<seconds>`.'),
  signed: text
    .optional()
    .describe(
      'What the signature covers; left out: `{body}`, or `{timestamp}.{body}` where there is a timestamp.',
    ),
  toleranceSeconds,
  secrets: secrets.describe(
    'Keys that are accepted; give the old and the new one while you rotate.',
  ),
  retiring,
});

const product = z.strictObject({
  kind: z.literal('product').describe('A product whose way of signing is known.'),
  product: z
    .enum([
      'github',
      'gitlab',
      'atlassian',
      'pagerduty',
      'sentry',
      'grafana',
      'grafana-with-time',
      'slack',
      'stripe',
    ])
    .describe(
      '`gitlab` compares the secret token; `grafana-with-time` wants the timestamp header that you named there.',
    ),
  timestampHeader: header
    .optional()
    .describe('Where the product lets you name the header of the time of sending.'),
  toleranceSeconds: tolerance
    .optional()
    .describe('How far that time may be from ours; left out: 300.'),
  secrets: secrets.describe('The secrets that you gave the product.'),
  retiring,
});

const standardWebhooks = z.strictObject({
  kind: z
    .literal('standard-webhooks')
    .describe('Standard Webhooks: headers webhook-id, webhook-timestamp, webhook-signature.'),
  toleranceSeconds,
  secrets: z
    .array(secret)
    .max(8)
    .default([])
    .describe(
      'Keys that are accepted for `v1`, each as the base64 that follows `whsec_`, with or without that prefix.',
    ),
  retiring,
  publicKeys: z
    .array(text)
    .max(8)
    .optional()
    .describe('Ed25519 keys of senders that sign as `v1a`: `whpk_` and base64.'),
});

const bearer = z.strictObject({
  kind: z.literal('bearer').describe('A shared token in a header, for senders that cannot sign.'),
  header: header
    .optional()
    .describe('The header that carries the bare token; left out: `Authorization: Bearer <token>`.'),
  secrets: secrets.describe('Tokens that are accepted.'),
  retiring,
});

const basic = z.strictObject({
  kind: z.literal('basic').describe('User and password (RFC 7617).'),
  secrets: secrets.describe('Pairs that are accepted, each as `user:password`.'),
  retiring,
});

const clientCertificate = z.strictObject({
  kind: z
    .literal('client-certificate')
    .describe('Mutual TLS that ends at a proxy, which passes on what the certificate says.'),
  secretHeader: header.describe("The header with the proxy's own secret."),
  secrets: secrets.describe('That secret.'),
  retiring,
  header: header.describe('The header with the subject or the fingerprint of the certificate.'),
  accepted: z
    .array(text)
    .min(1)
    .max(listMax)
    .describe('The values of it that are accepted, letter by letter.'),
});

const splunkHec = z.strictObject({
  kind: z
    .literal('splunk-hec')
    .describe("Splunk's HTTP Event Collector: shippers send to `/services/collector`."),
  secrets: secrets.describe(
    'HEC tokens that are accepted. They name the source: no two share one.',
  ),
  retiring,
  ack: z
    .boolean()
    .default(false)
    .describe('Whether senders must give a channel and ask for acknowledgements.'),
});

const graph = z.strictObject({
  kind: z
    .literal('graph')
    .describe('Microsoft Graph: every notification repeats the `clientState` of the subscription.'),
  secrets: secrets.describe('The values of `clientState` that are accepted.'),
  retiring,
});

/** How a delivery proves where it comes from. */
export const verify = z.discriminatedUnion('kind', [
  hmac,
  product,
  standardWebhooks,
  bearer,
  basic,
  clientCertificate,
  splunkHec,
  graph,
  oidc,
  google,
  entra,
  sns,
  syslog,
  z.strictObject({
    kind: z.literal('pull').describe('Nothing is sent: the source is asked (`pull`).'),
  }),
]);
