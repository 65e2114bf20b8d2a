import { describe, expect, test } from 'vitest';
import { readPlaybook } from '../../../catalog/read-playbook.ts';
import { rules, type RuleId } from '../../../domain/compile-problem.ts';
import { compileContext, readSteps } from '../../support/playbooks.ts';
import { endStep as end, rulesBroken as cases, wholePlaybook as whole } from './playbook-cases.ts';

describe('a playbook is refused with place and remedy', () => {
  test.each(cases)('%s: %s', (rule, _, ...[steps, line, column]) => {
    const read = readSteps(steps);
    const problems = read.kind === 'problems' ? read.problems : [];
    expect(problems.map((each) => each.rule)).toContain(rule);
    const found = problems.find(
      (each) => each.rule === rule && each.line === line && each.column === column,
    );
    expect(found, JSON.stringify(problems)).toMatchObject({ file: 'case.yaml' });
    expect(found?.remedy.length).toBeGreaterThan(5);
  });

  test('GRANT_MISSING: a capability that policy does not grant', () => {
    const read = readSteps(whole, {
      ...compileContext,
      grants: [
        {
          playbook: 'case',
          connection: 'edr',
          capabilities: ['edr.host.read', 'edr.host.lift'],
          fields: ['status'],
        },
      ],
    });
    expect(
      read.kind === 'problems' ? read.problems.map((each) => [each.rule, each.line]) : [],
    ).toEqual([['GRANT_MISSING', 19]]);
  });

  test('GRANT_MISSING: a field that policy does not grant, selected or read by verify', () => {
    const read = readSteps(whole, {
      ...compileContext,
      grants: [
        {
          playbook: 'case',
          connection: 'edr',
          capabilities: ['edr.host.read', 'edr.host.contain', 'edr.host.lift'],
          fields: ['deviceId'],
        },
      ],
    });
    expect(
      read.kind === 'problems' ? read.problems.map((each) => [each.rule, each.line]) : [],
    ).toEqual([
      ['GRANT_MISSING', 12],
      ['GRANT_MISSING', 24],
    ]);
  });

  test('GRANT_MISSING: a grant of another playbook is no grant', () => {
    const read = readSteps(whole, {
      ...compileContext,
      grants: [
        {
          playbook: 'other',
          connection: 'edr',
          capabilities: ['edr.host.read', 'edr.host.contain', 'edr.host.lift'],
          fields: ['*'],
        },
      ],
    });
    expect(read.kind).toBe('problems');
  });

  test('size-exceeded: more steps than a plan may have', () => {
    const many = Array.from({ length: 201 }, (_, index) => `\n  s${index}: { wait: 1s }`).join('');
    const read = readSteps(many + end);
    expect(read.kind === 'problems' ? read.problems.map((each) => each.rule) : []).toContain(
      'size-exceeded',
    );
  });

  test('name-mismatch: a file that is not named after its playbook', () => {
    const read = readPlaybook(
      'other.yaml',
      `playbook: case\nversion: 1\ntitle: t\nauthor: a\nsteps: { done: { end: done } }\n`,
      compileContext,
    );
    expect(read.kind === 'problems' ? read.problems.map((each) => each.rule) : []).toEqual([
      'name-mismatch',
    ]);
  });

  test('every rule of playbooks has a case here', () => {
    const elsewhere: readonly RuleId[] = [
      'GRANT_MISSING',
      'size-exceeded',
      'name-mismatch',
      'policy-incomplete',
      'policy-conflict',
    ];
    const covered = new Set([...cases.map(([rule]) => rule), ...elsewhere]);
    expect(Object.keys(rules).filter((rule) => !covered.has(rule as RuleId))).toEqual([]);
  });
});

describe('a playbook that is right', () => {
  test('compiles to a frozen plan whose digest does not depend on order or comments', () => {
    const read = readSteps(whole);
    expect(read.kind === 'problems' ? read.problems : []).toEqual([]);
    const again = readSteps(`# a comment\n${whole}`);
    expect(read.kind === 'plan' && again.kind === 'plan' ? again.digest : '').toBe(
      read.kind === 'plan' ? read.digest : 'none',
    );
  });

  test('takes effect classes from the connector and the target from the input that names it', () => {
    const read = readSteps(whole);
    const contain = read.kind === 'plan' ? read.plan.steps['contain'] : null;
    expect(contain).toMatchObject({
      call: { effect: 'disruptive', connectorVersion: '1.0.0' },
      target: { kind: 'path' },
      gate: 'ask',
      undo: { capability: 'edr.host.lift' },
    });
  });

  test('only what the verification reads is selected from its answer', () => {
    const read = readSteps(whole);
    const contain = read.kind === 'plan' ? read.plan.steps['contain'] : null;
    expect(contain).toMatchObject({ verify: { select: { status: '$.status' } } });
  });

  test('another capability version gives another digest', () => {
    const newer = {
      ...compileContext,
      manifests: compileContext.manifests.map((each) => ({ ...each, version: '2.0.0' })),
    };
    const [read, other] = [readSteps(whole), readSteps(whole, newer)];
    expect(read.kind === 'plan' && other.kind === 'plan' && read.digest !== other.digest).toBe(
      true,
    );
  });

  test('a gate and its action may stand in one loop', () => {
    const body = whole
      .replaceAll('\n  ', '\n      ')
      .replace(/\n {6}done: \{ end: done \}\n/, '\n')
      .replaceAll(': done', ': continue');
    const read = readSteps(
      `\n  loop:\n    each: { path: "$.finding.resources[*].name" }\n    max: 3\n    do:${body}${end}`,
    );
    expect(read.kind === 'problems' ? read.problems : []).toEqual([]);
  });

  test('an anchor may be used a few times but not to blow the file up', () => {
    const bomb = `\n  a: { end: &a [x, x, x, x, x, x, x, x, x] }\n${Array.from({ length: 30 }, (_, index) => `  b${index}: { end: *a }`).join('\n')}\n`;
    const read = readSteps(bomb);
    expect(read.kind === 'problems' ? read.problems.map((each) => each.rule) : []).toEqual([
      'yaml-invalid',
    ]);
  });
});
