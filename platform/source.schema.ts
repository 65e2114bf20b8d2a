import { z } from 'zod';
import { header, name, secrets, text } from './config-values.schema.ts';

const hmac = z.strictObject({
  kind: z.literal('hmac').describe('A keyed hash over the raw body, as GitHub or Elastic send it.'),
  header: header.describe('The header that carries the signature.'),
  algorithm: z
    .enum(['sha256', 'sha1', 'sha512'])
    .default('sha256')
    .describe('The hash. Choose sha1 only where the sender knows nothing else.'),
  encoding: z.enum(['hex', 'base64']).default('hex').describe('How the signature is written.'),
  prefix: text
    .optional()
    .describe('What stands before the signature in its header, for example `sha256=`.'),
  timestampHeader: header
    .optional()
    .describe(
      'The header with the time of sending (seconds or RFC 3339); it must then be part of what is signed.',
    ),
  signed: text
    .optional()
    .describe(
      'What the signature covers; left out: `{body}`, or `{timestamp}.{body}` where there is a timestamp header.',
    ),
  toleranceSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(300)
    .describe('How far that time may be from ours.'),
  secrets: secrets.describe(
    'Keys that are accepted; give the old and the new one while you rotate.',
  ),
});
const standardWebhooks = z.strictObject({
  kind: z
    .literal('standard-webhooks')
    .describe('Standard Webhooks: headers webhook-id, webhook-timestamp, webhook-signature.'),
  toleranceSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(300)
    .describe('How far the time of sending may be from ours.'),
  secrets: secrets.describe(
    'Keys that are accepted, each as the base64 that follows `whsec_`, with or without that prefix.',
  ),
});
const bearer = z.strictObject({
  kind: z.literal('bearer').describe('A shared token in a header, for senders that cannot sign.'),
  header: header
    .optional()
    .describe('The header that carries the bare token; left out: `Authorization: Bearer <token>`.'),
  secrets: secrets.describe('Tokens that are accepted.'),
});

/** Who may send alerts, and how a delivery proves it. */
export const source = z.strictObject({
  verify: z
    .discriminatedUnion('kind', [hmac, standardWebhooks, bearer])
    .describe('How deliveries prove where they come from.'),
  deliveryHeader: header
    .optional()
    .describe(
      "The header with the sender's own id of a delivery, by which a repeated delivery is known; left out: the body's hash.",
    ),
  format: name
    .optional()
    .describe('The format of all its alerts; left out: recognised from the body.'),
});
