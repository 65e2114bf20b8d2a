import { describe, expect, test } from 'vitest';
import { readPlaybook } from '../../../catalog/read-playbook.ts';
import { rules, type RuleId } from '../../../domain/compile-problem.ts';
import { compileContext, readSteps } from '../../support/playbooks.ts';

const whole = `
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
const end = '\n  done: { end: done }\n';
const lookup = (fields: string): string => `
  host: { lookup: edr.host.read, connection: edr, input: { host: web-7 }, select: { status: $.status }, ${fields} }`;
const action = (fields: string): string => `
  act: { action: edr.host.tag, connection: edr, input: { host: web-7 }, failed: done, ${fields} }${end}`;
const swap = (from: string, to: string): string => {
  expect(whole).toContain(from);
  return whole.replace(from, to);
};

/** Rule, what is wrong, the steps, and the line (the steps start in line 6) and column where it is. */
const cases: readonly (readonly [RuleId, string, string, number, number])[] = [
  ['yaml-invalid', 'a tag', '\n  done: { end: !!js/function x }\n', 7, 16],
  ['yaml-invalid', 'a key twice', '\n  done: { end: a, end: b }\n', 7, 19],
  ['field-unknown', 'a step states an effect class', '\n  done: { end: a, effect: read }\n', 7, 19],
  ['field-missing', 'a lookup without its selection', `\n  host: { lookup: edr.host.read, connection: edr }${end}`, 7, 3],
  ['field-invalid', 'a name in upper case', '\n  done: { if: "true", then: DONE, else: x }\n', 7, 23],
  ['kind-unclear', 'a step of two kinds', '\n  done: { end: a, wait: 1s }\n', 7, 3],
  ['unbounded-loop', 'a loop without max', `\n  loop: { each: [1], do: { a: { wait: 1s } } }${end}`, 7, 3],
  ['duration-invalid', 'a wait of 31 days', `\n  pause: { wait: 31d }${end}`, 7, 12],
  ['name-duplicate', 'one name in a loop and outside', `\n  loop: { each: [1], max: 2, do: { done: { wait: 1s } } }${end}`, 8, 3],
  ['step-unknown', 'a branch to nowhere', `\n  choose: { if: "true", then: done, else: gone }${end}`, 7, 37],
  ['step-unreachable', 'a step that nothing leads to', `\n  first: { wait: 1s, next: done }\n  lost: { wait: 1s }${end}`, 8, 3],
  ['step-open', 'a last step with nothing after it', '\n  pause: { wait: 1s }\n', 7, 3],
  ['cycle', 'a way back', `\n  one: { wait: 1s }\n  two: { if: "true", then: one, else: done }${end}`, 8, 3],
  ['loop-escape', 'a jump out of a loop', `\n  loop: { each: [1], max: 2, do: { in: { wait: 1s, next: out } } }\n  out: { wait: 1s }${end}`, 7, 52],
  ['loop-escape', 'a jump into a loop', `\n  one: { if: "true", then: in, else: loop }\n  loop: { each: [1], max: 2, do: { in: { wait: 1s } } }${end}`, 7, 22],
  ['too-many-transitions', 'loops that multiply', `\n  outer: { each: [1], max: 100, do: { inner: { each: [1], max: 100, do: { a: { wait: 1s } } } } }${end}`, 5, 1],
  ['reference-unknown', 'a step that does not exist', `\n  choose: { if: steps.gone.x == 1, then: done, else: done }${end}`, 7, 13],
  ['reference-unknown', 'a field that is not selected', `${lookup('required: true')}\n  choose: { if: steps.host.owner == 'x', then: done, else: done }${end}`, 8, 13],
  ['reference-unknown', 'an item outside a loop', `\n  choose: { if: item == 1, then: done, else: done }${end}`, 7, 13],
  ['reference-unknown', 'an answer outside verify', `\n  choose: { if: answer.x == 1, then: done, else: done }${end}`, 7, 13],
  ['reference-unknown', 'a verification that reads the whole answer', swap("answer.status == 'contained'", "size(answer) > 1"), 24, 66],
  ['reference-unknown', 'a path from an unknown root', lookup('').replace('web-7', '{ path: $.env.HOME }') + end, 7, 68],
  ['reference-too-early', 'a later step is read', `\n  choose: { if: steps.host.status == 'x', then: host, else: done }${lookup('required: true')}${end}`, 7, 13],
  ['reference-too-early', 'an action reads what comes after its gate', whole.replace('denied: done', 'denied: done\n    approved: again').replace('  contain:\n', '  again: { lookup: edr.host.read, connection: edr, required: true, input: { host: a }, select: { status: $.status } }\n  contain:\n').replace('gate: ask\n    input: { host: { path: "$.finding.resources[0].name" } }', 'gate: ask\n    input: { host: { path: $.steps.again.status } }'), 24, 22],
  ['reference-unsure', 'an optional lookup is read without a fallback', `${lookup('required: false')}\n  tag: { action: edr.host.tag, connection: edr, input: { host: { path: $.steps.host.status } }, failed: done }${end}`, 8, 66],
  ['reference-unsure', 'an optional lookup is compared without has()', `${lookup('required: false')}\n  choose: { if: steps.host.status == 'x', then: done, else: done }${end}`, 8, 13],
  ['reference-unsure', 'a lookup of one branch is read after both', `\n  choose: { if: "true", then: host, else: last }${lookup('required: true')}\n  last: { if: has(steps.host.status) && steps.host.status == 'x', then: done, else: done }${end}`, 9, 11],
  ['path-invalid', 'a filter', lookup('').replace('web-7', '{ path: "$.finding.resources[?(@.name)]" }') + end, 7, 68],
  ['path-invalid', 'a filter in a selection', lookup('').replace('$.status', '$..status') + end, 7, 85],
  ['expression-invalid', 'a broken condition', `\n  choose: { if: "1 +", then: done, else: done }${end}`, 7, 13],
  ['value-unclear', 'keys beside a path', lookup('').replace('web-7', '{ path: $.finding.title, default: x }') + end, 7, 60],
  ['capability-unknown', 'a product that nobody knows', lookup('').replace('edr.host.read', 'okta.user.read') + end, 7, 11],
  ['capability-unknown', 'a verb that the product has not', lookup('').replace('edr.host.read', 'edr.host.burn') + end, 7, 11],
  ['capability-misused', 'a lookup that acts', lookup('').replace('edr.host.read', 'edr.host.contain') + end, 7, 11],
  ['connection-unknown', 'a connection that is not configured', lookup('').replace('connection: edr', 'connection: other') + end, 7, 34],
  ['connection-mismatch', 'a connection of another product', lookup('').replace('connection: edr', 'connection: tickets') + end, 7, 34],
  ['input-missing', 'a required input that is not given', lookup('').replace('host: web-7', 'hard: true') + end, 7, 51],
  ['input-invalid', 'a text that is too long', lookup('').replace('web-7', 'a-name-that-is-much-too-long') + end, 7, 60],
  ['input-invalid', 'an input of the wrong type', lookup('').replace('web-7', '7') + end, 7, 60],
  ['input-invalid', 'an input that nobody declared', lookup('').replace('host: web-7', 'host: web-7, soft: true') + end, 7, 73],
  ['input-invalid', 'a field that the engine fills', `\n  tell: { ticket: ensure, connection: tickets, input: { externalKey: x } }${end}`, 7, 57],
  ['gate-missing', 'a disruptive action without a gate', swap('    gate: ask\n', ''), 19, 5],
  ['gate-missing', 'an irreversible action without a gate', action('').replace('edr.host.tag', 'edr.host.wipe'), 7, 10],
  ['gate-mismatch', 'a gate for another action', `${whole.replace('gate: contain', 'gate: other')}  other: { wait: 1s, next: done }\n`, 14, 5],
  ['gate-bypassed', 'a second way to the action', swap('  ask:\n', '  skip: { if: "true", then: ask, else: contain }\n  ask:\n'), 19, 3],
  ['gate-bypassed', 'the denied branch leads to the action', swap('denied: done', 'denied: contain'), 18, 3],
  ['gate-bypassed', 'the expired branch leads to the action', swap('denied: done', 'denied: done\n    expired: contain'), 19, 3],
  ['undo-missing', 'an action that could be taken back', swap('    undo: { capability: edr.host.lift }\n', ''), 18, 3],
  ['undo-mismatch', 'an undo that the connector does not declare', swap('edr.host.lift', 'edr.host.tag'), 23, 13],
];

describe('a playbook is refused with place and remedy', () => {
  test.each(cases)('%s: %s', (rule, _, steps, line, column) => {
    const read = readSteps(steps);
    const problems = read.kind === 'problems' ? read.problems : [];
    expect(problems.map((each) => each.rule)).toContain(rule);
    const found = problems.find((each) => each.rule === rule && each.line === line && each.column === column);
    expect(found, JSON.stringify(problems)).toMatchObject({ file: 'case.yaml' });
    expect(found?.remedy.length).toBeGreaterThan(5);
  });

  test('GRANT_MISSING: a capability that policy does not grant', () => {
    const read = readSteps(whole, { ...compileContext, grants: [{ playbook: 'case', connection: 'edr', capabilities: ['edr.host.read', 'edr.host.lift'], fields: ['status'] }] });
    expect(read.kind === 'problems' ? read.problems.map((each) => [each.rule, each.line]) : []).toEqual([['GRANT_MISSING', 19]]);
  });

  test('GRANT_MISSING: a field that policy does not grant, selected or read by verify', () => {
    const read = readSteps(whole, { ...compileContext, grants: [{ playbook: 'case', connection: 'edr', capabilities: ['edr.host.read', 'edr.host.contain', 'edr.host.lift'], fields: ['deviceId'] }] });
    expect(read.kind === 'problems' ? read.problems.map((each) => [each.rule, each.line]) : []).toEqual([['GRANT_MISSING', 12], ['GRANT_MISSING', 24]]);
  });

  test('GRANT_MISSING: a grant of another playbook is no grant', () => {
    const read = readSteps(whole, { ...compileContext, grants: [{ playbook: 'other', connection: 'edr', capabilities: ['edr.host.read', 'edr.host.contain', 'edr.host.lift'], fields: ['*'] }] });
    expect(read.kind).toBe('problems');
  });

  test('size-exceeded: more steps than a plan may have', () => {
    const many = Array.from({ length: 201 }, (_, index) => `\n  s${index}: { wait: 1s }`).join('');
    const read = readSteps(many + end);
    expect(read.kind === 'problems' ? read.problems.map((each) => each.rule) : []).toContain('size-exceeded');
  });

  test('name-mismatch: a file that is not named after its playbook', () => {
    const read = readPlaybook('other.yaml', `playbook: case\nversion: 1\ntitle: t\nauthor: a\nsteps: { done: { end: done } }\n`, compileContext);
    expect(read.kind === 'problems' ? read.problems.map((each) => each.rule) : []).toEqual(['name-mismatch']);
  });

  test('every rule of playbooks has a case here', () => {
    const elsewhere: readonly RuleId[] = ['GRANT_MISSING', 'size-exceeded', 'name-mismatch', 'policy-incomplete', 'policy-conflict'];
    const covered = new Set([...cases.map(([rule]) => rule), ...elsewhere]);
    expect(Object.keys(rules).filter((rule) => !covered.has(rule as RuleId))).toEqual([]);
  });
});

describe('a playbook that is right', () => {
  test('compiles to a frozen plan whose digest does not depend on order or comments', () => {
    const read = readSteps(whole);
    expect(read.kind === 'problems' ? read.problems : []).toEqual([]);
    const again = readSteps(`# a comment\n${whole}`);
    expect(read.kind === 'plan' && again.kind === 'plan' ? again.digest : '').toBe(read.kind === 'plan' ? read.digest : 'none');
  });

  test('takes effect classes from the connector and the target from the input that names it', () => {
    const read = readSteps(whole);
    const contain = read.kind === 'plan' ? read.plan.steps['contain'] : null;
    expect(contain).toMatchObject({ call: { effect: 'disruptive', connectorVersion: '1.0.0' }, target: { kind: 'path' }, gate: 'ask', undo: { capability: 'edr.host.lift' } });
  });

  test('only what the verification reads is selected from its answer', () => {
    const read = readSteps(whole);
    const contain = read.kind === 'plan' ? read.plan.steps['contain'] : null;
    expect(contain).toMatchObject({ verify: { select: { status: '$.status' } } });
  });

  test('another capability version gives another digest', () => {
    const newer = { ...compileContext, manifests: compileContext.manifests.map((each) => ({ ...each, version: '2.0.0' })) };
    const [read, other] = [readSteps(whole), readSteps(whole, newer)];
    expect(read.kind === 'plan' && other.kind === 'plan' && read.digest !== other.digest).toBe(true);
  });

  test('a gate and its action may stand in one loop', () => {
    const body = whole.replaceAll('\n  ', '\n      ').replace(/\n {6}done: \{ end: done \}\n/, '\n').replaceAll(': done', ': continue');
    const read = readSteps(`\n  loop:\n    each: { path: "$.finding.resources[*].name" }\n    max: 3\n    do:${body}${end}`);
    expect(read.kind === 'problems' ? read.problems : []).toEqual([]);
  });

  test('an anchor may be used a few times but not to blow the file up', () => {
    const bomb = `\n  a: { end: &a [x, x, x, x, x, x, x, x, x] }\n${Array.from({ length: 30 }, (_, index) => `  b${index}: { end: *a }`).join('\n')}\n`;
    const read = readSteps(bomb);
    expect(read.kind === 'problems' ? read.problems.map((each) => each.rule) : []).toEqual(['yaml-invalid']);
  });
});
