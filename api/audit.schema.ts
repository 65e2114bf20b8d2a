import { z } from 'zod';
import { entryTypes } from '../domain/entry.ts';
import { pageLimits } from '../audit/query.ts';

const families = new Set(entryTypes.map((type) => type.split('.', 1)[0]));
const knownTypes = new Set<string>(entryTypes);

const time = z
  .string()
  .max(40)
  .regex(
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/,
    'must be RFC 3339, or a date',
  );
const word = (max: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');
const incident = z
  .string()
  .max(64)
  .regex(/^(inc_[a-z2-7]{24}|#?\d{1,15})$/, 'must be an incident’s id or number');

export const auditQuery = z.strictObject({
  actor: word(128).optional(),
  type: z
    .string()
    .max(64)
    .refine(
      (type) => knownTypes.has(type) || families.has(type),
      'must be an entry type or a family of them',
    )
    .optional(),
  outcome: z
    .enum(['done', 'refused', 'failed', 'unknown', 'held', 'opened', 'closed', 'intended'])
    .optional(),
  incident: incident.optional(),
  run: word(128).optional(),
  subject: word(512).optional(),
  playbook: z
    .string()
    .max(80)
    .regex(/^[a-z0-9][a-z0-9-]*(@\d{1,9})?$/, 'must be a playbook’s name, or name@version')
    .optional(),
  from: time.optional(),
  to: time.optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(pageLimits.entriesMax)
    .default(pageLimits.entriesDefault),
  cursor: z.coerce.number().int().min(1).optional(),
});

/** At most one of incident, run and from/to; none of them is the whole log. */
export const auditExportQuery = z
  .strictObject({
    incident: incident.optional(),
    // The export repeats it: what cannot be a key of ours is not let in.
    run: z
      .string()
      .max(64)
      .regex(/^run_[a-z2-7]{24}$/, 'must be the key of a run')
      .optional(),
    from: time.optional(),
    to: time.optional(),
  })
  .refine(
    (query) =>
      [query.incident, query.run, query.from ?? query.to].filter((part) => part !== undefined)
        .length <= 1,
    'choose one of incident, run and from/to',
  );
