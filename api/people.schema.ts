import { z } from 'zod';
import { isScope } from '../domain/switch.ts';
import { personName, votePayload, voteSignature } from '../domain/vote.schema.ts';

export { personName, votePayload };

/** What people and their tools may send. Everything is strict and bounded. */
export const textLimits = {
  reasonChars: 2_000,
  noteChars: 10_000,
  titleChars: 256,
  descriptionChars: 4_096,
  nameChars: 128,
} as const;

const trimmed = (max: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.trim() !== '', 'must not be blank')
    .refine((text) => !text.includes('\0'), 'must not hold U+0000');

export const reason = trimmed(textLimits.reasonChars);
export const note = trimmed(textLimits.noteChars);
export const groupName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes');
const engineId = (prefix: string): z.ZodString =>
  z
    .string()
    .max(64)
    .regex(new RegExp(`^${prefix}_[a-z2-7]{24}$`), `must be an id that begins with ${prefix}_`);

export const gateParams = z.strictObject({ id: engineId('gat') });
export const incidentParams = z.strictObject({
  id: z
    .string()
    .max(64)
    .regex(/^(inc_[a-z2-7]{24}|#?\d{1,15})$/, 'must be an incident’s id or number'),
});
export const ticketParams = z.strictObject({
  id: z.string().max(18).regex(/^\d+$/, 'must be a number'),
});
export const effectParams = z.strictObject({
  key: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[\x21-\x7e]+$/, 'must be an effect’s key'),
});
export const approverParams = z.strictObject({ id: personName });

export const findingQuery = z.strictObject({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const incidentQuery = z.strictObject({
  state: z
    .enum([
      'open',
      'new',
      'triage',
      'draft',
      'ignored',
      'handled',
      'responding',
      'attention',
      'closed',
    ])
    .optional(),
  severityMin: z.coerce.number().int().min(0).max(6).optional(),
  assignee: personName.optional(),
  format: z
    .string()
    .max(64)
    .regex(/^[a-z0-9-]+$/)
    .optional(),
  /** The umbrella of a storm, by id or number. */
  storm: z
    .string()
    .max(64)
    .regex(/^[a-z0-9_]+$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** The `next` of the answer before. */
  cursor: z.string().max(20).regex(/^\d+$/).optional(),
});

export const incidentNew = z.strictObject({
  title: trimmed(textLimits.titleChars),
  description: z
    .string()
    .max(textLimits.descriptionChars)
    .refine((text) => !text.includes('\0'), 'must not hold U+0000')
    .default(''),
  severity: z
    .enum(['informational', 'low', 'medium', 'high', 'critical', 'fatal'])
    .default('medium'),
  host: trimmed(textLimits.nameChars).optional(),
  user: trimmed(textLimits.nameChars).optional(),
});

export const incidentAck = z.strictObject({ reason: reason.optional() });
export const incidentAssign = z.strictObject({
  assignee: personName.nullable(),
  reason: reason.optional(),
});
export const incidentClose = z.strictObject({
  verdict: z.enum(['true-positive', 'false-positive', 'benign', 'duplicate', 'resolved']),
  reason,
});
export const incidentDecide = z.strictObject({ reason });
export const incidentMerge = z.strictObject({ into: incidentParams.shape.id, reason });
export const incidentNote = z.strictObject({ body: note });

export const runNew = z.strictObject({
  playbook: z
    .string()
    .max(64)
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be a playbook’s name'),
  incident: incidentParams.shape.id,
  rehearse: z.boolean().default(false),
});

export const signedVote = z.strictObject({
  payload: votePayload,
  signature: voteSignature,
  reason,
});

export const gateQuery = z.strictObject({
  state: z.enum(['open', 'approved', 'denied', 'expired', 'void', 'all']).default('open'),
});
export const gateShowQuery = z.strictObject({ reveal: z.enum(['yes', 'no']).default('no') });
export const revealNew = z.strictObject({
  token: z
    .string()
    .max(80)
    .regex(
      /^<[a-z0-9-]{1,32}:[a-z0-9]{1,16}\.[a-z2-7]{26}>$/,
      'must be a token such as <email:k1.…>',
    ),
  reason,
});
export const switchChange = z.strictObject({
  scope: z
    .string()
    .max(80)
    .refine(isScope, 'must be all, actions, tickets, connector:<name> or playbook:<name>'),
  reason,
});
export const recoverAsk = z.strictObject({ reason });
export const effectQuery = z.strictObject({
  state: z.enum(['held', 'unknown', 'intended', 'failed', 'done']).default('held'),
});
export const effectSettle = z.strictObject({ outcome: z.enum(['done', 'failed']), reason });
export const ticketQuery = z.strictObject({
  status: z
    .string()
    .max(32)
    .regex(/^[a-z0-9-]+$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const rejectParams = z.strictObject({
  id: z
    .string()
    .max(64)
    .regex(/^rej_[a-z0-9]+$/, 'must be the id of a rejected delivery'),
});
export const rejectQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const approverNew = z.strictObject({
  id: personName,
  person: personName,
  kind: z.enum(['person', 'service']).default('person'),
  groups: z.array(groupName).min(1).max(20),
  publicKeys: z.array(z.string().max(44)).min(1).max(8),
  reason,
});
export const approverRevoke = z.strictObject({ reason, keyId: votePayload.shape.keyId.optional() });
