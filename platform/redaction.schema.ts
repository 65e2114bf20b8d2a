import { z } from 'zod';
import type { destinations } from '../redaction/read-policies.ts';
import { redactionActions } from '../redaction/policy.ts';
import { profileNames } from '../redaction/profiles.ts';

const nameChars = 64;
const pathChars = 512;
const pathsMax = 100;
const daysMax = 3_650;

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/)
  .max(nameChars);
const action = z.enum(redactionActions);
const pathRule = z.strictObject({
  path: z.string().max(pathChars).describe('JSON Pointer; `*` is one name, `**` any number.'),
  kind: name.optional().describe('Left out: the whole value, whatever it holds.'),
  action: action.describe('What happens there.'),
});
const policy = z.strictObject({
  extends: z.enum(profileNames).default('default').describe('The profile that it changes.'),
  kinds: z.record(name, action).optional().describe('Kind → action.'),
  families: z.record(name, action).optional().describe('Family of kinds → action.'),
  personal: action.optional().describe('For personal data that neither names; left out: `token`.'),
  paths: z
    .array(pathRule)
    .max(pathsMax)
    .optional()
    .describe('Places in a document; the first that fits decides.'),
});

export const redactionSection = z.strictObject({
  policy: name.default('default').describe('A profile, or one of `policies`.'),
  policies: z
    .record(name, policy)
    .default({})
    .describe('Policies of your own, by name (docs/reference/redaction.md).'),
  sources: z.record(name, name).default({}).describe('Source → policy for what it sends.'),
  retentionDays: z
    .int()
    .min(1)
    .max(daysMax)
    .default(365)
    .describe('Originals behind tokens are deleted so long after they were first kept.'),
  destinations: z
    .strictObject({
      ticket: name
        .optional()
        .describe('For tickets: applied once more, and only kinds that it keeps are turned back.'),
      chat: name.optional().describe('The same for notifications.'),
      model: name.optional().describe('For language models; no connector that ships calls one.'),
      log: name.optional().describe('For log lines.'),
    } satisfies Record<(typeof destinations)[number], unknown>)
    .prefault({})
    .describe('Where data goes → policy; left out: as it was redacted.'),
});
