import { z } from 'zod';
import { changeReference, repetition, severityFloor } from '../domain/quiet.schema.ts';
import { groupName, reason } from './people.schema.ts';

const expression = z.string().min(1).max(4_096);
const moment = z.iso.datetime().max(40);

export const quietNew = z.strictObject({
  kind: z.enum(['suppression', 'maintenance']),
  when: expression.describe('CEL over incident and finding'),
  owner: groupName,
  reason,
  change: changeReference.optional().describe('The change or ticket that it belongs to'),
  from: moment.optional().describe('Now where it is left out'),
  until: moment,
  repeat: repetition.optional(),
  floor: severityFloor.optional().describe('This severity and above break through; critical'),
});
export const quietQuery = z.strictObject({ all: z.enum(['true', 'false']).optional() });
export const quietParams = z.strictObject({
  kind: z.enum(['suppression', 'maintenance']),
  name: z
    .string()
    .max(64)
    .regex(/^[a-z][a-z0-9_-]*$/, 'must be a window’s name'),
});
export const quietEnd = z.strictObject({ reason });
export const quietPreview = z.strictObject({
  when: expression,
  floor: severityFloor.optional(),
  days: z.coerce.number().int().min(1).max(30).optional(),
});
