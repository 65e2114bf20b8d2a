import { z } from 'zod';
import { caseRules, correlationRules, quietRules } from './correlation.schema.ts';
import { changeReference, repetition, severityFloor } from './quiet.schema.ts';

/** The files under `policy/`, as they are written. Each holds one of the keys below; all together make the policy. */
const id = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, 'lower case, digits and hyphens');
const text = z.string().min(1).max(300);
const expression = z.string().min(1).max(4096);
const glob = z.string().min(1).max(200);
const capability = z.string().regex(/^[a-z0-9-]{1,60}(\.[a-z0-9-]{1,60}){2}$/);
const name = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/);
const duration = z.string().regex(/^[1-9][0-9]{0,5}(s|m|h|d)$/, 'a number and s, m, h or d');
const effect = z.enum(['read', 'reversible', 'disruptive', 'irreversible']);
const moment = z.iso.datetime();
const values = z.strictObject({ P1: text, P2: text, P3: text, P4: text, P5: text });

const decision = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), playbook: name }),
  z.strictObject({ kind: z.literal('ticket'), form: z.enum(['full', 'light']) }),
  z.strictObject({ kind: z.literal('draft'), reason: text }),
  z.strictObject({ kind: z.literal('escalate'), reason: text }),
  z.strictObject({ kind: z.literal('ignore'), reason: text }),
]);

export const policyParts = {
  triage: z
    .array(z.strictObject({ id, version: z.int().min(1), when: expression, do: decision }))
    .max(500),
  priority: z.strictObject({
    criticality: z
      .array(z.strictObject({ match: glob, level: z.enum(['low', 'normal', 'high', 'crown']) }))
      .max(1000),
    exposure: z
      .array(z.strictObject({ match: glob, level: z.enum(['internal', 'internet']) }))
      .max(1000),
    values: z.record(name, values),
  }),
  routing: z.strictObject({
    owners: z
      .array(z.strictObject({ id, when: expression, team: text, teamFrom: expression.optional() }))
      .max(500),
    fallback: text,
  }),
  approvals: z
    .array(
      z.strictObject({
        id,
        effects: z.array(effect).min(1),
        capability: glob,
        target: glob,
        groups: z.array(name).min(1).max(20),
        quorum: z.int().min(1).max(10),
        requesterMayApprove: z.boolean(),
        authorMayApproveAlone: z.boolean(),
        vetoes: z.int().min(1).max(10),
        expires: duration,
        remind: duration,
        tell: z
          .strictObject({ connection: name, capability, escalate: duration, escalateTo: name })
          .optional()
          .describe('Who is told when a gate opens, is reminded and nobody decides'),
      }),
    )
    .max(200),
  budgets: z
    .array(
      z.strictObject({ id, capability: glob, max: z.int().min(0).max(100_000), window: duration }),
    )
    .max(200),
  protectedTargets: z
    .array(z.strictObject({ id, kind: name, match: glob, reason: text }))
    .max(1000),
  grants: z
    .array(
      z.strictObject({
        playbook: name,
        connection: name,
        capabilities: z.array(z.string().max(120)).min(1).max(50),
        fields: z.array(z.string().min(1).max(64)).max(100),
      }),
    )
    .max(2000),
  suppressions: z
    .array(
      z.strictObject({
        id,
        when: expression,
        owner: text,
        reason: text,
        from: moment,
        until: moment,
        change: changeReference.optional(),
        repeat: repetition.optional(),
        floor: severityFloor.optional(),
      }),
    )
    .max(500),
  correlation: correlationRules,
  cases: caseRules,
  quiet: quietRules,
} as const;

export type PolicyPart = keyof typeof policyParts;
export type PolicySource = { [Part in PolicyPart]: z.infer<(typeof policyParts)[Part]> };

/** One file: any of the parts, each in one file only. */
export const policyFile = z.strictObject({
  triage: policyParts.triage.optional(),
  priority: policyParts.priority.optional(),
  routing: policyParts.routing.optional(),
  approvals: policyParts.approvals.optional(),
  budgets: policyParts.budgets.optional(),
  protectedTargets: policyParts.protectedTargets.optional(),
  grants: policyParts.grants.optional(),
  suppressions: policyParts.suppressions.optional(),
  correlation: policyParts.correlation.optional(),
  cases: policyParts.cases.optional(),
  quiet: policyParts.quiet.optional(),
});
