import { z } from 'zod';
import { duration, header, nameMax, secret, text } from './config-values.schema.ts';

const field = z.string().min(1).max(nameMax);
const common = {
  address: text.describe('The base address of the API. `${NAME}` is replaced.'),
  secret: secret.optional().describe('Its token, by reference.'),
  header: header
    .optional()
    .describe('The header with the bare token; left out: `Authorization: Bearer <token>`.'),
  private: z.boolean().default(false).describe('Whether it may lie on a private address.'),
  every: duration.default('1m').describe('How often it is read.'),
  overlap: duration
    .default('10m')
    .describe(
      'How far each reading goes back beyond the last: what was seen before counts nothing.',
    ),
};

/** Senders that never try again, or never send: they are asked. */
export const pull = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('pages').describe('An API that lists alerts page by page.'),
    ...common,
    path: text.describe('Below the address.'),
    since: field
      .optional()
      .describe(
        'The parameter with the time from which on (RFC 3339); left out: all that it lists.',
      ),
    cursor: field.default('cursor').describe('The parameter with the cursor of the next page.'),
    items: field
      .default('items')
      .describe('Where the list stands in an answer, as `a.b`; `.` is the answer itself.'),
    next: field
      .default('next')
      .describe('Where the next cursor stands; absent or empty on the last page.'),
  }),
  z.strictObject({
    kind: z
      .literal('github-deliveries')
      .describe('What a webhook of GitHub did not deliver: GitHub itself never tries again.'),
    ...common,
    path: text.describe('`/repos/OWNER/REPO/hooks/ID` or `/orgs/ORG/hooks/ID`.'),
  }),
]);
