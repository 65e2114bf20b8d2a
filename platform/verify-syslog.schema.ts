import { z } from 'zod';
import { listMax, port, secret, text } from './config-values.schema.ts';

/** Senders of syslog: what listens for them, and who they may be. */
export const syslog = z.strictObject({
  kind: z.literal('syslog').describe('Syslog (RFC 5424, RFC 3164) on ports of its own.'),
  listen: z
    .array(
      z.strictObject({
        transport: z
          .enum(['udp', 'tcp', 'tls'])
          .describe('Prefer `tls`; what comes by `udp` may be lost on its way.'),
        host: text.default('127.0.0.1').describe('The address to listen on.'),
        port: port.describe('The port; it is of this source alone.'),
        tls: z
          .strictObject({
            certificate: secret.describe('Our certificate (PEM).'),
            key: secret.describe('Its private key (PEM).'),
            clients: secret
              .optional()
              .describe(
                'The authority of client certificates (PEM); left out: none are asked for.',
              ),
          })
          .optional()
          .describe('For `tls`.'),
      }),
    )
    .min(1)
    .max(8)
    .describe('Where it listens.'),
  addresses: z
    .array(text)
    .min(1)
    .max(listMax)
    .describe('Addresses and networks (CIDR) that may send.'),
  offsetMinutes: z
    .int()
    .min(-840)
    .max(840)
    .default(0)
    .describe('Of times without a zone: minutes east of UTC.'),
});
