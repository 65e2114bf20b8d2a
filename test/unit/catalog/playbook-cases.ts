import type { RuleId } from '../../../domain/compile-problem.ts';

/** Steps that are right: a required lookup, a gate, a gated action with undo and verification. */
export const wholePlaybook = `
  host:
    lookup: edr.host.read
    connection: edr
    required: true
    input: { host: { path: "$.finding.resources[0].name" } }
    select: { status: $.status }
  ask:
    gate: contain
    evidence: { status: { path: $.steps.host.status } }
    expires: 1h
    denied: done
  contain:
    action: edr.host.contain
    connection: edr
    gate: ask
    input: { host: { path: "$.finding.resources[0].name" } }
    undo: { capability: edr.host.lift }
    verify: { capability: edr.host.read, input: { host: web-7 }, when: "answer.status == 'contained'" }
    failed: done
  done: { end: done }
`;
export const endStep = '\n  done: { end: done }\n';
const lookup = (fields: string): string => `
  host: { lookup: edr.host.read, connection: edr, input: { host: web-7 }, select: { status: $.status }, ${fields} }`;
const action = (fields: string): string => `
  act: { action: edr.host.tag, connection: edr, input: { host: web-7 }, failed: done, ${fields} }${endStep}`;
const swap = (from: string, to: string): string => {
  if (!wholePlaybook.includes(from)) throw new Error(`the case changes what is not there: ${from}`);
  return wholePlaybook.replace(from, to);
};

/** Rule, what is wrong, the steps, and the line (the steps start in line 6) and column where it is. */
export const rulesBroken: readonly (readonly [RuleId, string, string, number, number])[] = [
  ['yaml-invalid', 'a tag', '\n  done: { end: !!js/function x }\n', 7, 16],
  ['yaml-invalid', 'a key twice', '\n  done: { end: a, end: b }\n', 7, 19],
  ['field-unknown', 'a step states an effect class', '\n  done: { end: a, effect: read }\n', 7, 19],
  [
    'field-missing',
    'a lookup without its selection',
    `\n  host: { lookup: edr.host.read, connection: edr }${endStep}`,
    7,
    3,
  ],
  [
    'field-invalid',
    'a name in upper case',
    '\n  done: { if: "true", then: DONE, else: x }\n',
    7,
    23,
  ],
  ['kind-unclear', 'a step of two kinds', '\n  done: { end: a, wait: 1s }\n', 7, 3],
  [
    'unbounded-loop',
    'a loop without max',
    `\n  loop: { each: [1], do: { a: { wait: 1s } } }${endStep}`,
    7,
    3,
  ],
  ['duration-invalid', 'a wait of 31 days', `\n  pause: { wait: 31d }${endStep}`, 7, 12],
  [
    'name-duplicate',
    'one name in a loop and outside',
    `\n  loop: { each: [1], max: 2, do: { done: { wait: 1s } } }${endStep}`,
    8,
    3,
  ],
  [
    'step-unknown',
    'a branch to nowhere',
    `\n  choose: { if: "true", then: done, else: gone }${endStep}`,
    7,
    37,
  ],
  [
    'step-unreachable',
    'a step that nothing leads to',
    `\n  first: { wait: 1s, next: done }\n  lost: { wait: 1s }${endStep}`,
    8,
    3,
  ],
  ['step-open', 'a last step with nothing after it', '\n  pause: { wait: 1s }\n', 7, 3],
  [
    'cycle',
    'a way back',
    `\n  one: { wait: 1s }\n  two: { if: "true", then: one, else: done }${endStep}`,
    8,
    3,
  ],
  [
    'loop-escape',
    'a jump out of a loop',
    `\n  loop: { each: [1], max: 2, do: { in: { wait: 1s, next: out } } }\n  out: { wait: 1s }${endStep}`,
    7,
    52,
  ],
  [
    'loop-escape',
    'a jump into a loop',
    `\n  one: { if: "true", then: in, else: loop }\n  loop: { each: [1], max: 2, do: { in: { wait: 1s } } }${endStep}`,
    7,
    22,
  ],
  [
    'too-many-transitions',
    'loops that multiply',
    `\n  outer: { each: [1], max: 100, do: { inner: { each: [1], max: 100, do: { a: { wait: 1s } } } } }${endStep}`,
    5,
    1,
  ],
  [
    'reference-unknown',
    'a step that does not exist',
    `\n  choose: { if: steps.gone.x == 1, then: done, else: done }${endStep}`,
    7,
    13,
  ],
  [
    'reference-unknown',
    'a field that is not selected',
    `${lookup('required: true')}\n  choose: { if: steps.host.owner == 'x', then: done, else: done }${endStep}`,
    8,
    13,
  ],
  [
    'reference-unknown',
    'an item outside a loop',
    `\n  choose: { if: item == 1, then: done, else: done }${endStep}`,
    7,
    13,
  ],
  [
    'reference-unknown',
    'an answer outside verify',
    `\n  choose: { if: answer.x == 1, then: done, else: done }${endStep}`,
    7,
    13,
  ],
  [
    'reference-unknown',
    'a verification that reads the wholePlaybook answer',
    swap("answer.status == 'contained'", 'size(answer) > 1'),
    24,
    66,
  ],
  [
    'reference-unknown',
    'a path from an unknown root',
    lookup('').replace('web-7', '{ path: $.env.HOME }') + endStep,
    7,
    68,
  ],
  [
    'reference-too-early',
    'a later step is read',
    `\n  choose: { if: steps.host.status == 'x', then: host, else: done }${lookup('required: true')}${endStep}`,
    7,
    13,
  ],
  [
    'reference-too-early',
    'an action reads what comes after its gate',
    wholePlaybook
      .replace('denied: done', 'denied: done\n    approved: again')
      .replace(
        '  contain:\n',
        '  again: { lookup: edr.host.read, connection: edr, required: true, input: { host: a }, select: { status: $.status } }\n  contain:\n',
      )
      .replace(
        'gate: ask\n    input: { host: { path: "$.finding.resources[0].name" } }',
        'gate: ask\n    input: { host: { path: $.steps.again.status } }',
      ),
    24,
    22,
  ],
  [
    'reference-unsure',
    'an optional lookup is read without a fallback',
    `${lookup('required: false')}\n  tag: { action: edr.host.tag, connection: edr, input: { host: { path: $.steps.host.status } }, failed: done }${endStep}`,
    8,
    66,
  ],
  [
    'reference-unsure',
    'an optional lookup is compared without has()',
    `${lookup('required: false')}\n  choose: { if: steps.host.status == 'x', then: done, else: done }${endStep}`,
    8,
    13,
  ],
  [
    'reference-unsure',
    'a lookup of one branch is read after both',
    `\n  choose: { if: "true", then: host, else: last }${lookup('required: true')}\n  last: { if: has(steps.host.status) && steps.host.status == 'x', then: done, else: done }${endStep}`,
    9,
    11,
  ],
  [
    'path-invalid',
    'a filter',
    lookup('').replace('web-7', '{ path: "$.finding.resources[?(@.name)]" }') + endStep,
    7,
    68,
  ],
  [
    'path-invalid',
    'a filter in a selection',
    lookup('').replace('$.status', '$..status') + endStep,
    7,
    85,
  ],
  [
    'expression-invalid',
    'a broken condition',
    `\n  choose: { if: "1 +", then: done, else: done }${endStep}`,
    7,
    13,
  ],
  [
    'value-unclear',
    'keys beside a path',
    lookup('').replace('web-7', '{ path: $.finding.title, default: x }') + endStep,
    7,
    60,
  ],
  [
    'capability-unknown',
    'a product that nobody knows',
    lookup('').replace('edr.host.read', 'okta.user.read') + endStep,
    7,
    11,
  ],
  [
    'capability-unknown',
    'a verb that the product has not',
    lookup('').replace('edr.host.read', 'edr.host.burn') + endStep,
    7,
    11,
  ],
  [
    'capability-misused',
    'a lookup that acts',
    lookup('').replace('edr.host.read', 'edr.host.contain') + endStep,
    7,
    11,
  ],
  [
    'connection-unknown',
    'a connection that is not configured',
    lookup('').replace('connection: edr', 'connection: other') + endStep,
    7,
    34,
  ],
  [
    'connection-mismatch',
    'a connection of another product',
    lookup('').replace('connection: edr', 'connection: tickets') + endStep,
    7,
    34,
  ],
  [
    'input-missing',
    'a required input that is not given',
    lookup('').replace('host: web-7', 'hard: true') + endStep,
    7,
    51,
  ],
  [
    'input-invalid',
    'a text that is too long',
    lookup('').replace('web-7', 'a-name-that-is-much-too-long') + endStep,
    7,
    60,
  ],
  [
    'input-invalid',
    'an input of the wrong type',
    lookup('').replace('web-7', '7') + endStep,
    7,
    60,
  ],
  [
    'input-invalid',
    'an input that nobody declared',
    lookup('').replace('host: web-7', 'host: web-7, soft: true') + endStep,
    7,
    73,
  ],
  [
    'input-invalid',
    'a field that the engine fills',
    `\n  tell: { ticket: ensure, connection: tickets, input: { externalKey: x } }${endStep}`,
    7,
    57,
  ],
  ['gate-missing', 'a disruptive action without a gate', swap('    gate: ask\n', ''), 19, 5],
  [
    'gate-missing',
    'an irreversible action without a gate',
    action('').replace('edr.host.tag', 'edr.host.wipe'),
    7,
    10,
  ],
  [
    'gate-mismatch',
    'a gate for another action',
    `${wholePlaybook.replace('gate: contain', 'gate: other')}  other: { wait: 1s, next: done }\n`,
    14,
    5,
  ],
  [
    'gate-bypassed',
    'a second way to the action',
    swap('  ask:\n', '  skip: { if: "true", then: ask, else: contain }\n  ask:\n'),
    19,
    3,
  ],
  [
    'gate-bypassed',
    'the denied branch leads to the action',
    swap('denied: done', 'denied: contain'),
    18,
    3,
  ],
  [
    'gate-bypassed',
    'the expired branch leads to the action',
    swap('denied: done', 'denied: done\n    expired: contain'),
    19,
    3,
  ],
  [
    'undo-missing',
    'an action that could be taken back',
    swap('    undo: { capability: edr.host.lift }\n', ''),
    18,
    3,
  ],
  [
    'undo-mismatch',
    'an undo for another target',
    swap('edr.host.lift }', 'edr.host.lift, input: { host: other } }'),
    23,
    49,
  ],
  [
    'undo-mismatch',
    'an undo that the connector does not declare',
    swap('edr.host.lift', 'edr.host.tag'),
    23,
    13,
  ],
];
