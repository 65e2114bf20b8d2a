import { z } from 'zod';
import { errorTable, type ErrorCode } from '../domain/errors.ts';

/** Rehearsal cases of one playbook: what is known, what products answer, how people vote, what must come of it. */
const json = z.json();
const record = z.record(z.string().max(128), json);
const text = z.string().min(1).max(200);
const errorCode = z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]); // the table is not empty

const answer = z.union([z.strictObject({ error: errorCode }), z.strictObject({ answer: record })]);

export const rehearsalCase = z.strictObject({
  name: text.describe('A fact, such as: a refused host is not contained'),
  finding: record.optional().describe('What differs from an ordinary finding'),
  incident: record.optional().describe('What differs from an ordinary incident'),
  answers: z
    .record(z.string().max(60), answer)
    .optional()
    .describe(
      'By step; `<action>.verify` for its verification. A lookup without one is unavailable',
    ),
  votes: z
    .record(z.string().max(60), z.enum(['approved', 'denied', 'expired', 'void']))
    .optional()
    .describe('By gate; without one it expires'),
  expect: z.strictObject({
    outcome: z.string().max(500).describe('What the run ends with'),
    status: z.enum(['done', 'failed', 'cancelled']).optional().describe('Default done'),
    effects: z.array(text).max(100).describe('The capabilities that acted on the world, in order'),
    missing: z.array(text).max(100).optional().describe('The lookups that the run went on without'),
    gates: z
      .record(z.string().max(60), record)
      .optional()
      .describe('By gate: fields that its order must show (input, target, evidence)'),
  }),
});

export const casesFile = z.strictObject({
  playbook: text,
  cases: z.array(rehearsalCase).min(1).max(200),
});
export type RehearsalCase = z.infer<typeof rehearsalCase>;
