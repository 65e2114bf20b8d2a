import { z } from 'zod';
import { header, name } from './config-values.schema.ts';
import { handshake } from './verify-issuers.schema.ts';
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
    .boolean()
    .optional()
    .describe(
      'True where each delivery says all that is wrong: what it no longer holds is over, for correlation rules with `clear: { by: absence }`.',
    ),
  format: name
    .optional()
    .describe('The format of all its alerts; left out: recognised from the body.'),
});
