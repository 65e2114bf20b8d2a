import { z } from 'zod';
import { severityFloor } from './quiet.schema.ts';

const id = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, 'lower case, digits and hyphens');
const expression = z.string().min(1).max(4096);
const duration = z.string().regex(/^[1-9][0-9]{0,5}(s|m|h|d)$/, 'a number and s, m, h or d');
const label = z.string().regex(/^[a-z][a-z0-9:_-]{0,59}$/);

const clear = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('event'), after: duration }),
  z.strictObject({ by: z.literal('absence') }),
  z.strictObject({ by: z.literal('windows'), windows: z.int().min(1).max(100), of: duration }),
]);

/** The rows of `policy/correlation.yaml`. */
export const correlationRules = z
  .array(
    z.strictObject({
      id,
      formats: z.array(id).min(1).max(100).optional(),
      sources: z.array(id).min(1).max(100).optional(),
      when: expression.optional(),
      rule: z.array(expression).min(1).max(5),
      entity: z.strictObject({
        take: z.enum(['first', 'all']),
        parts: z.array(z.strictObject({ name: label, from: expression })).max(8),
      }),
      join: z.strictObject({ idle: duration, max: duration }).optional(),
      reopen: duration.optional(),
      clear: clear.optional(),
      flapping: z
        .strictObject({ clears: z.int().min(2).max(10), within: duration, hold: duration })
        .optional(),
    }),
  )
  .min(1)
  .max(500);

export const caseRules = z.strictObject({
  within: duration,
  membersMax: z.int().min(2).max(500),
  keys: z
    .array(
      z.strictObject({
        kind: label,
        from: z.array(expression).min(1).max(4),
        severityMin: severityFloor.optional(),
        except: z.array(z.string().min(1).max(200)).max(200).optional(),
      }),
    )
    .max(50),
});

export const quietRules = z.strictObject({
  deploys: z.strictObject({ hold: duration, below: severityFloor }).optional(),
  stale: z.strictObject({ after: duration }).optional(),
});
