import { z } from 'zod';
import { severityNames } from './finding.ts';
import { weekdays } from './quiet.ts';

/** Fields of a quiet window that files and the API write alike. */
export const repetition = z.strictObject({
  days: z.array(z.enum(weekdays)).min(1).max(7),
  at: z
    .string()
    .max(5)
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be HH:MM, in UTC'),
  for: z
    .string()
    .max(8)
    .regex(/^[1-9][0-9]{0,5}(s|m|h|d)$/, 'a number and s, m, h or d'),
});

/** What breaks through whatever hides it. Fatal at most: there is nothing above. */
export const severityFloor = z.enum(severityNames).exclude(['unknown', 'informational']);
export const changeReference = z.string().max(200);
