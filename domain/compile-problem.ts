/** Where in the file: keys and indexes from its root. The reader turns it into line and column. */
export type SourcePath = readonly (string | number)[];

export interface Problem {
  readonly rule: RuleId;
  readonly message: string;
  readonly remedy: string;
  readonly path: SourcePath;
}

/** Every rule that a playbook or policy file can break, with what to do about it. */
export const rules = {
  'yaml-invalid': 'Correct the YAML at this place.',
  'field-unknown':
    'Remove the field or correct its name; playbooks/playbook.schema.json lists them.',
  'field-missing': 'Add the field.',
  'field-invalid': 'Correct the value; playbooks/playbook.schema.json says what it may be.',
  'kind-unclear':
    'Give the step exactly one of lookup, if, ticket, notify, gate, action, wait, each, end.',
  'unbounded-loop': 'Add `max`, at most 100.',
  'size-exceeded': 'Split the playbook.',
  'name-mismatch': 'Name the file after the playbook.',
  'name-duplicate': 'Give each its own name.',
  'step-unknown': 'Name a step of this playbook.',
  'step-unreachable': 'Remove the step or let another lead to it.',
  'step-open': 'Add `next`, or let an `end` step follow.',
  cycle: 'Use `each` with `max` for what repeats.',
  'loop-escape':
    'Go to a step of the same loop, to `continue`, or to an `end` step of the playbook.',
  'too-many-transitions': 'Lower `max` of the loops, or take steps out of them.',
  'reference-unknown': 'Name a step and a field that it yields.',
  'reference-too-early':
    'Read it only after that step can have run; for an action, before its gate.',
  'reference-unsure':
    'Add a `fallback`, test with has(…) first, or make the step certain (`required: true`).',
  'path-invalid': 'Write a path of names and indexes, such as $.finding.resources[0].name.',
  'expression-invalid': 'Correct the CEL expression.',
  'value-unclear':
    'Write {path: …, fallback: …} or {cel: …} with nothing beside it, or rename the key.',
  'duration-invalid': 'Stay within 30 days.',
  'capability-unknown': 'Use a capability that a connector declares.',
  'capability-misused':
    'Use lookup for reads, ticket and notify for telling, action for what acts.',
  'connection-unknown': 'Add the connection to sallyport.yaml or correct its name.',
  'connection-mismatch': 'Use a connection of the connector that declares the capability.',
  'input-missing': 'Add the input.',
  'input-invalid': 'Correct the input; the capability declares its JSON Schema.',
  'gate-missing': 'Add `gate:` naming a gate step for this action.',
  'gate-mismatch': 'Let the gate and the action name each other, in the same loop.',
  'gate-bypassed': 'Lead to the action only through the approved branch of its gate.',
  'undo-missing': 'Add `undo:` with the capability that takes it back.',
  'undo-mismatch': 'Use the undo that the connector declares.',
  GRANT_MISSING: 'Grant it to this playbook in policy/grants.yaml, or do without.',
  'policy-incomplete': 'Add what is missing; without it nothing is loaded.',
  'policy-conflict': 'Correct one of the two.',
} as const;

export type RuleId = keyof typeof rules;

/** A problem with the rule's own remedy, or with a better one where the place allows it. */
export function problem(
  rule: RuleId,
  path: SourcePath,
  what: string | { readonly message: string; readonly remedy: string },
): Problem {
  return typeof what === 'string'
    ? { rule, message: what, remedy: rules[rule], path }
    : { rule, ...what, path };
}
