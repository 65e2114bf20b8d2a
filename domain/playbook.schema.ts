import { z } from 'zod';

/**
 * The playbook file, as its author writes it. The published JSON Schema (`playbooks/playbook.schema.json`) is
 * generated from here. A playbook has no place to state an effect class: only connectors declare one.
 */
const stepId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower case, digits and hyphens, at most 40 characters')
  .describe('Name of a step');
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,59}$/, 'lower case, digits and hyphens, at most 60 characters');
const capability = z
  .string()
  .regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/, '<connector>.<object>.<verb>')
  .max(120)
  .describe('<connector>.<object>.<verb>');
const connection = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/)
  .describe('Name of a connection in sallyport.yaml');
const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(s|m|h|d)$/, 'a number and s, m, h or d')
  .describe('For example 30s, 15m, 4h, 7d');
const expression = z.string().min(1).max(4096).describe('A CEL expression');
const path = z.string().min(1).max(512).describe('A path such as $.finding.resources[0].name');
const field = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/);
const label = z.string().min(1).max(200);

export type ValueSource =
  | null
  | boolean
  | number
  | string
  | { readonly path: string; readonly fallback?: ValueSource }
  | { readonly cel: string }
  | readonly ValueSource[]
  | { readonly [name: string]: ValueSource };

/** A literal; `{path: …, fallback: …}`; `{cel: …}`; or a list or record of such. The compiler tells them apart. */
const value: z.ZodType<ValueSource> = z.lazy(() =>
  z.union([
    z.null(),
    z.boolean(),
    z.number(),
    z.string().max(4096),
    z.strictObject({ path, fallback: value.optional() }),
    z.strictObject({ cel: expression }),
    z.array(value).max(100),
    z.record(z.string().max(128), value),
  ]),
) as z.ZodType<ValueSource>; // zod cannot infer a recursive union
const input = z.record(field, value);

const lookup = z.strictObject({
  lookup: capability,
  connection,
  input: input.optional(),
  select: z
    .record(field, path)
    .describe('Output field → path in the answer; only these enter history'),
  required: z
    .boolean()
    .optional()
    .describe('A required lookup that fails fails the run; default false'),
  next: stepId.optional(),
});
const choice = z.strictObject({ if: expression, then: stepId, else: stepId });
const ticket = z.strictObject({
  ticket: z.enum(['ensure', 'comment', 'update', 'transition']),
  connection,
  form: z.enum(['full', 'light']).optional(),
  purpose: z
    .string()
    .regex(/^[a-z0-9-]{0,40}$/)
    .optional()
    .describe('Tells two tickets of one incident apart'),
  input: input.optional(),
  next: stepId.optional(),
});
const notify = z.strictObject({ notify: capability, connection, input, next: stepId.optional() });
const gate = z.strictObject({
  gate: stepId.describe('The action that this gate is for'),
  evidence: input,
  expires: duration,
  remind: duration.optional(),
  approved: stepId.optional().describe('Default: the action'),
  denied: stepId,
  expired: stepId.optional().describe('Default: as denied; expiry means denied'),
});
const undo = z.strictObject({
  capability,
  input: input.optional().describe('Default: the input of the action'),
});
const verify = z.strictObject({
  capability,
  input,
  when: expression.describe('True once the effect is seen; reads `answer`'),
});
const action = z.strictObject({
  action: capability,
  connection,
  gate: stepId.optional().describe('Needed where the capability is disruptive or irreversible'),
  input,
  undo: undo.optional(),
  verify: verify.optional(),
  next: stepId.optional(),
  failed: stepId,
});
const wait = z.strictObject({ wait: duration, next: stepId.optional() });
const end = z.strictObject({ end: label.describe('The outcome of the run') });

const flat = { lookup, if: choice, ticket, notify, gate, action, wait, end } as const;
const innerStep: z.ZodType<StepSource> = z.lazy(() =>
  z.union([lookup, choice, ticket, notify, gate, action, wait, end, each]),
) as z.ZodType<StepSource>; // recursive through `each`
const each = z.strictObject({
  each: value,
  max: z.int().min(1).max(100).describe('At most so many turns'),
  do: z.record(stepId, innerStep).describe('The steps of one turn; `continue` is the next turn'),
  next: stepId.optional(),
});

export type LookupSource = z.infer<typeof lookup>;
export type IfSource = z.infer<typeof choice>;
export type TicketSource = z.infer<typeof ticket>;
export type NotifySource = z.infer<typeof notify>;
export type GateSource = z.infer<typeof gate>;
export type ActionSource = z.infer<typeof action>;
export type WaitSource = z.infer<typeof wait>;
export type EndSource = z.infer<typeof end>;
export interface EachSource {
  each: ValueSource;
  max: number;
  do: Record<string, StepSource>;
  next?: string | undefined;
}
export type StepSource =
  | LookupSource
  | IfSource
  | TicketSource
  | NotifySource
  | GateSource
  | ActionSource
  | WaitSource
  | EndSource
  | EachSource;

/** The shape of a step by the key that names its kind. `each` is read in two goes, so that errors keep their place. */
export const stepShapes = {
  ...flat,
  each: each.extend({ do: z.record(stepId, z.unknown()) }),
} as const;

const head = {
  playbook: name.describe('Name of the playbook; the file is named after it'),
  version: z.int().min(1).max(1_000_000).describe('Raise it with each change'),
  title: label,
  author: label.describe('May not approve alone what this playbook does'),
  runbook: z.string().max(500).optional().describe('Where people read on'),
  start: stepId.optional().describe('Default: the first step'),
} as const;

/** With each step unread: `readPlaybook` reads them one by one, for errors that name the step and its field. */
export const playbookHead = z.strictObject({ ...head, steps: z.record(stepId, z.unknown()) });
export const playbookFile = z.strictObject({ ...head, steps: z.record(stepId, innerStep) });
export interface PlaybookSource extends Omit<z.infer<typeof playbookHead>, 'steps'> {
  steps: Record<string, StepSource>;
}
