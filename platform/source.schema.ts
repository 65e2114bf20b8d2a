import { z } from 'zod';
import { duration, header, name } from './config-values.schema.ts';
import { handshake } from './verify-issuers.schema.ts';
import { pull } from './pull.schema.ts';
import { verify } from './verify.schema.ts';

/** Who may send alerts, and how a delivery proves it. */
export const source = z.strictObject({
  verify: verify.describe('How deliveries prove where they come from.'),
  handshake: handshake
    .optional()
    .describe('How the product asks first whether somebody is there; left out: it does not.'),
  deliveryHeader: header
    .optional()
    .describe(
      "The header with the sender's own id of a delivery, by which a repeated delivery is known; left out: the product's own where `verify` names one, else the body's hash.",
    ),
  completeReports: z
    .union([z.boolean(), z.strictObject({ named: header })])
    .optional()
    .describe(
      'True where each delivery says all that is wrong: what it no longer holds is over, for correlation rules with `clear: { by: absence }`. `named: HEADER` where each says all of the report that this header names (a cluster, a namespace): it ends only what came in that report.',
    ),
  cadence: z
    .strictObject({
      every: duration.describe('It sends something at least so often, at most every 3 days.'),
      owner: name.describe('The team that hears of its silence.'),
    })
    .optional()
    .describe('Left out: nobody minds its silence.'),
  canary: z
    .strictObject({
      every: duration.describe('How often a synthetic alert is sent in its name.'),
      within: duration.default('5m').describe('How soon it must have reached its ticket.'),
      owner: name.describe('The team that hears where it did not.'),
    })
    .optional()
    .describe('Left out: none is sent.'),
  pull: pull
    .optional()
    .describe('How it is asked, instead of sending or beside it; left out: it is not.'),
  rate: z
    .strictObject({
      perSecond: z.number().min(0.01).max(1_000_000).describe('Deliveries a second.'),
      burst: z.int().min(1).max(1_000_000).describe('How many may come at once.'),
    })
    .optional()
    .describe(
      'How fast it may send: beyond, the answer is 503 with `Retry-After`; left out: no bound.',
    ),
  storm: z
    .strictObject({
      perMinute: z.number().min(0.1).max(10_000_000).describe('New incidents a minute.'),
      burst: z.int().min(1).max(10_000_000).describe('How many may come at once.'),
    })
    .optional()
    .describe('When its new incidents count as a storm; left out: as `limits.storm` says.'),
  keepOriginals: z
    .boolean()
    .optional()
    .describe(
      'Whether its bodies are also kept as they came, sealed, for `retention.originals.hours`. Reading one is an entry of the audit log.',
    ),
  format: name
    .optional()
    .describe('The format of all its alerts; left out: recognised from the body.'),
});
