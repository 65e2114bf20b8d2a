import { describe, expect, test } from 'vitest';
import { readPolicy } from '../../../catalog/read-policy.ts';

const good: { readonly [part: string]: string } = {
  triage: `triage:\n  - { id: a, version: 1, when: 'true', do: { kind: ticket, form: full } }\n`,
  priority: 'priority: { criticality: [], exposure: [], values: {} }\n',
  routing: 'routing: { owners: [], fallback: triage }\n',
  approvals: [
    'approvals:',
    row('one', '[disruptive]', 1),
    row('two', '[irreversible]', 2),
    '',
  ].join('\n'),
  budgets: 'budgets: []\n',
  protectedTargets: 'protectedTargets: []\n',
  grants: 'grants: []\n',
  suppressions: 'suppressions: []\n',
  correlation: correlation(fallback()),
  cases: 'cases: { within: 1h, membersMax: 500, keys: [] }\n',
  quiet: 'quiet: {}\n',
};

function fallback(): string {
  return rule('rest', 'rule: [$.entity.title]');
}

function correlation(...rules: readonly string[]): string {
  return ['correlation:', ...rules, ''].join('\n');
}

function rule(id: string, rest: string, parts = '{ name: host, from: $.entity.host }'): string {
  return `  - { id: ${id}, ${rest}, entity: { take: first, parts: [${parts}] } }`;
}

function row(
  id: string,
  effects: string,
  quorum: number,
  rest = "capability: '*', target: '*'",
): string {
  return `  - { id: ${id}, effects: ${effects}, ${rest}, groups: [x], quorum: ${quorum}, requesterMayApprove: false, authorMayApproveAlone: false, vetoes: 1, expires: 1h, remind: 10m }`;
}

const read = (changes: { readonly [part: string]: string | null }): ReturnType<typeof readPolicy> =>
  readPolicy(
    Object.entries({ ...good, ...changes }).flatMap(([part, text]) =>
      text === null ? [] : [{ name: `${part}.yaml`, text }],
    ),
  );

describe('policy files', () => {
  test('make one policy with a digest, durations in milliseconds', () => {
    const { policy, problems, digest } = read({});
    expect(problems).toEqual([]);
    expect(policy?.approvals[0]).toMatchObject({
      id: 'one',
      expiresMs: 3_600_000,
      remindMs: 600_000,
    });
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(read({ triage: `# changed\n${good['triage']}` }).digest).toBe(digest);
    expect(read({ routing: 'routing: { owners: [], fallback: other }\n' }).digest).not.toBe(digest);
  });

  test.each([
    [
      'an owner list without a fallback',
      { routing: 'routing: { owners: [] }\n' },
      'field-missing',
      'routing.yaml',
      1,
    ],
    [
      'no default rule for disruptive actions',
      { approvals: `approvals:\n${row('two', '[irreversible]', 2)}\n` },
      'policy-incomplete',
      'approvals.yaml',
      1,
    ],
    [
      'a default rule for some targets only',
      {
        approvals: `approvals:\n${row('one', '[disruptive]', 1, "capability: '*', target: 'web-*'")}\n${row('two', '[irreversible]', 2)}\n`,
      },
      'policy-incomplete',
      'approvals.yaml',
      1,
    ],
    [
      'one vote for what cannot be undone',
      {
        approvals: `approvals:\n${row('one', '[disruptive]', 1)}\n${row('two', '[irreversible]', 1)}\n`,
      },
      'field-invalid',
      'approvals.yaml',
      3,
    ],
    [
      'a rule of nobody',
      { approvals: `approvals:\n${row('one', '[disruptive]', 0)}\n` },
      'field-invalid',
      'approvals.yaml',
      2,
    ],
    [
      'a broken condition',
      {
        triage: `triage:\n  - { id: a, version: 1, when: '1 +', do: { kind: ticket, form: full } }\n`,
      },
      'expression-invalid',
      'triage.yaml',
      2,
    ],
    [
      'a rule that reads steps',
      {
        triage: `triage:\n  - { id: a, version: 1, when: steps.x.y == 1, do: { kind: ticket, form: full } }\n`,
      },
      'reference-unknown',
      'triage.yaml',
      2,
    ],
    [
      'a decision that nobody knows',
      { triage: `triage:\n  - { id: a, version: 1, when: 'true', do: { kind: delete } }\n` },
      'field-invalid',
      'triage.yaml',
      2,
    ],
    [
      'an ignore without a reason',
      { triage: `triage:\n  - { id: a, version: 1, when: 'true', do: { kind: ignore } }\n` },
      'field-missing',
      'triage.yaml',
      2,
    ],
    [
      'two rules of one name',
      {
        triage: `triage:\n  - { id: a, version: 1, when: 'true', do: { kind: ticket, form: full } }\n  - { id: a, version: 1, when: 'true', do: { kind: ticket, form: full } }\n`,
      },
      'name-duplicate',
      'triage.yaml',
      3,
    ],
    [
      'a suppression without an end',
      {
        suppressions: `suppressions:\n  - { id: a, when: 'true', owner: x, reason: y, from: 2026-01-01T00:00:00Z }\n`,
      },
      'field-missing',
      'suppressions.yaml',
      2,
    ],
    [
      'a suppression of a year',
      {
        suppressions: `suppressions:\n  - { id: a, when: 'true', owner: x, reason: y, from: 2026-01-01T00:00:00Z, until: 2027-01-01T00:00:00Z }\n`,
      },
      'field-invalid',
      'suppressions.yaml',
      2,
    ],
    [
      'a suppression that ends before it starts',
      {
        suppressions: `suppressions:\n  - { id: a, when: 'true', owner: x, reason: y, from: 2026-02-01T00:00:00Z, until: 2026-01-01T00:00:00Z }\n`,
      },
      'field-invalid',
      'suppressions.yaml',
      2,
    ],
    [
      'a part that nobody knows',
      { grants: 'grants: []\nexceptions: []\n' },
      'field-unknown',
      'grants.yaml',
      2,
    ],
    [
      'a part in two files',
      { grants: 'grants: []\nbudgets: []\n' },
      'policy-conflict',
      'grants.yaml',
      2,
    ],
    ['a part in no file', { budgets: null }, 'policy-incomplete', 'policy/budgets.yaml', 1],
  ])('%s: nothing is loaded', (...[, changes, rule, file, line]) => {
    const { policy, problems } = read(changes);
    expect(policy).toBeNull();
    expect(problems.map((each) => [each.rule, each.file, each.line])).toContainEqual([
      rule,
      file,
      line,
    ]);
  });
});

describe('correlation rules', () => {
  const falco = 'formats: [falco]';
  test.each([
    [
      'without a last rule for everything',
      [rule('a', `${falco}, rule: [$.entity.title]`)],
      'policy-incomplete',
      'the last',
    ],
    [
      'that hide those after them',
      [rule('a', 'rule: [$.entity.title]'), fallback()],
      'policy-conflict',
      'a fits every',
    ],
    [
      'with a path to nothing',
      [rule('a', 'rule: [$.entity.titel]')],
      'reference-unknown',
      '$.entity.titel',
    ],
    [
      'with a path that filters',
      [rule('a', "rule: ['$.finding.resources[?(@.a)]']")],
      'path-invalid',
      'filters',
    ],
    [
      'that read the incident',
      [rule('a', "rule: ['incident.title']")],
      'reference-unknown',
      'not incident',
    ],
    [
      'with CEL that cannot be read',
      [rule('a', "rule: ['finding.title +']")],
      'expression-invalid',
      '',
    ],
    [
      'with the time in a key',
      [rule('a', "rule: ['string(finding.time)']")],
      'field-invalid',
      'finding.time differs',
    ],
    [
      'with the id in a key',
      [rule('a', 'rule: [$.finding.id]')],
      'field-invalid',
      'finding.id differs',
    ],
    [
      'with two parts of one name',
      [
        rule(
          'a',
          'rule: [$.entity.title]',
          '{ name: x, from: $.entity.host }, { name: x, from: $.entity.user }',
        ),
      ],
      'name-duplicate',
      'named x',
    ],
    [
      'with two rules of one id',
      [rule('a', `${falco}, rule: [$.entity.title]`), rule('a', 'rule: [$.entity.title]')],
      'name-duplicate',
      'named a',
    ],
  ])('%s are refused', (_what, rules, id, message) => {
    const { policy, problems } = read({ correlation: correlation(...rules) });
    expect(policy).toBeNull();
    expect(problems).toEqual([expect.objectContaining({ rule: id, file: 'correlation.yaml' })]);
    expect(problems[0]?.message).toContain(message);
  });

  test('are part of the digest', () => {
    const changed = read({ correlation: correlation(rule('other', 'rule: [$.entity.title]')) });
    expect(changed.problems).toEqual([]);
    expect(changed.digest).not.toBe(read({}).digest);
  });
});
