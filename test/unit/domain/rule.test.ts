import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unmatchedDecision, decideTriage } from '../../../domain/rule.ts';
import { decidePriority, priorityValue } from '../../../domain/priority.ts';
import type { Facts, Policy, TriageRule } from '../../../domain/policy.ts';
import type { QuietWindow } from '../../../domain/quiet.ts';

const values = { P1: 'a', P2: 'b', P3: 'c', P4: 'd', P5: 'e' };
const policy: Policy = {
  schema: 1,
  triage: [],
  priority: {
    criticality: [
      { match: 'dc-*', level: 'crown' },
      { match: 'db-*', level: 'high' },
      { match: 'test-*', level: 'low' },
    ],
    exposure: [{ match: 'web-*', level: 'internet' }],
    values: { board: values },
  },
  routing: {
    owners: [
      { id: 'broken', when: 'finding.absent == 1', team: 'nobody' },
      { id: 'platform', when: "finding.format == 'falco'", team: 'platform' },
    ],
    fallback: 'triage',
  },
  approvals: [],
  budgets: [],
  protectedTargets: [],
  grants: [],
  suppressions: [],
  correlation: [],
  cases: { withinMs: 0, membersMax: 2, keys: [] },
  quiet: { deploys: null, staleMs: null },
};
const rule = (id: string, when: string, kind: 'full' | 'light' = 'full'): TriageRule => ({
  id,
  version: 1,
  when,
  do: { kind: 'ticket', form: kind },
});
const suppression: QuietWindow = {
  id: 'suppression/noise',
  kind: 'suppression',
  change: '',
  repeat: null,
  floor: 5,
  when: "finding.format == 'falco'",
  owner: 'ops',
  reason: 'a test runs',
  from: '2026-01-01T00:00:00Z',
  until: '2026-02-01T00:00:00Z',
};
const during = Date.parse('2026-01-15T00:00:00Z');
const factsOf = (finding: Facts): Facts => ({
  incident: { count: 1 },
  finding: { format: 'falco', severityId: 4, resources: [], observables: [], ...finding },
});
const decide = (
  part: Partial<Policy>,
  finding: Facts = {},
  nowMs = 0,
): ReturnType<typeof decideTriage> =>
  decideTriage({ policy: { ...policy, ...part }, policyDigest: 'digest' }, factsOf(finding), nowMs);

describe('triage', () => {
  test('the first rule that matches wins, and the trace says why the earlier ones did not', () => {
    const trace = decide({
      triage: [
        rule('a', "finding.format == 'wazuh'"),
        rule('b', 'finding.severityId >= 4', 'light'),
        rule('c', 'true'),
      ],
    });
    expect(trace.rule).toEqual({ id: 'b', version: 1 });
    expect(trace.decision).toEqual({ kind: 'ticket', form: 'light' });
    expect(trace.tried.map((each) => [each.rule, each.verdict])).toEqual([
      ['a', 'no match'],
      ['b', 'match'],
    ]);
  });

  test.each(['finding.absent == 1', 'finding.severityId', "finding.format + 1 == 'x'"])(
    'a condition that fails is no match and is recorded: %s',
    (when) => {
      const trace = decide({ triage: [rule('broken', when), rule('next', 'true', 'light')] });
      expect(trace.rule?.id).toBe('next');
      expect(trace.tried[0]).toMatchObject({ rule: 'broken', verdict: 'error' });
    },
  );

  test('what no rule matches gets a full ticket', () => {
    expect(decide({ triage: [rule('never', 'false')] })).toMatchObject({
      rule: null,
      decision: unmatchedDecision,
    });
  });

  test('a suppression comes before every rule and says whose it is and until when', () => {
    const trace = decide(
      { triage: [rule('all', 'true')], suppressions: [suppression] },
      {},
      during,
    );
    expect(trace.decision).toEqual({
      kind: 'ignore',
      reason: 'suppressed until 2026-02-01T00:00:00.000Z by ops: a test runs',
    });
    expect(trace.rule?.id).toBe('suppression/noise');
  });

  test.each([
    ['before its start', '2025-12-31T23:59:59Z'],
    ['from its end on', '2026-02-01T00:00:00Z'],
  ])('a suppression does nothing %s', (_, time) => {
    expect(
      decide({ triage: [rule('all', 'true')], suppressions: [suppression] }, {}, Date.parse(time))
        .rule?.id,
    ).toBe('all');
  });

  test('a suppression that fails suppresses nothing', () => {
    const trace = decide(
      { triage: [rule('all', 'true')], suppressions: [{ ...suppression, when: 'finding.absent' }] },
      {},
      during,
    );
    expect(trace.rule?.id).toBe('all');
    expect(trace.tried[0]).toMatchObject({ rule: 'suppression/noise', verdict: 'error' });
  });

  test('an owner condition that fails owns nothing, and nobody is left without an owner', () => {
    expect(decide({}).owner.team).toBe('platform');
    expect(decide({}, { format: 'other' }).owner.team).toBe('triage');
  });

  test('policy never widens when a rule is added after', () => {
    const conditions = fc.constantFrom(
      'true',
      'false',
      'finding.severityId >= 4',
      "finding.format == 'falco'",
      'finding.absent == 1',
      'incident.count > 2',
    );
    const rules = fc
      .array(conditions, { maxLength: 8 })
      .map((list) => list.map((when, index) => rule(`r${index}`, when)));
    const findings = fc.record({
      severityId: fc.integer({ min: 0, max: 6 }),
      format: fc.constantFrom('falco', 'wazuh'),
    });
    fc.assert(
      fc.property(rules, conditions, findings, (before, added, finding) => {
        const old = decide({ triage: before }, finding);
        const late: TriageRule = {
          id: 'late',
          version: 1,
          when: added,
          do: { kind: 'run', playbook: 'contain' },
        };
        const now = decide({ triage: [...before, late] }, finding);
        if (old.rule === null) expect(now.rule === null || now.rule.id === 'late').toBe(true);
        else expect([now.rule, now.decision]).toEqual([old.rule, old.decision]);
      }),
    );
  });

  test('thousands of decisions take seconds, not minutes', () => {
    const triage = Array.from({ length: 20 }, (_, index) =>
      rule(
        `r${index}`,
        `finding.severityId >= ${index + 5} && finding.resources.exists(r, r.type == 'host')`,
      ),
    );
    const started = performance.now();
    for (let count = 0; count < 2_000; count += 1)
      decide({ triage }, { resources: [{ type: 'host', name: 'x' }] });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('priority', () => {
  test.each([
    [5, 'other', 'P1'],
    [4, 'other', 'P2'],
    [3, 'other', 'P3'],
    [2, 'other', 'P4'],
    [1, 'other', 'P5'],
    [0, 'other', 'P3'],
    [3, 'dc-1', 'P1'],
    [3, 'DC-1', 'P1'],
    [4, 'db-1', 'P1'],
    [3, 'web-7', 'P2'],
    [3, 'test-1', 'P4'],
    [5, 'dc-1', 'P1'],
    [2, 'test-1', 'P5'],
    [1, 'dc-1', 'P4'],
  ])('severity %i on %s is %s', (severityId, name, level) => {
    expect(
      decidePriority(
        policy.priority,
        factsOf({ severityId, resources: [{ type: 'host', name, uid: '' }] }),
      ).level,
    ).toBe(level);
  });

  test('the most critical of several resources counts, and the why names it', () => {
    const found = decidePriority(
      policy.priority,
      factsOf({ severityId: 3, resources: [{ name: 'test-1' }, { name: 'dc-9' }] }),
    );
    expect(found.level).toBe('P1');
    expect(found.why).toContain('dc-9 is crown (dc-*)');
  });

  test('a finding that is not what it should be has a priority all the same', () => {
    expect(decidePriority(policy.priority, {}).level).toBe('P3');
    expect(
      decidePriority(policy.priority, { finding: { severityId: 99, resources: 'x' } }).level,
    ).toBe('P3');
  });

  test('a ticket system that policy does not name gets our own word', () => {
    expect([
      priorityValue(policy.priority, 'board', 'P2'),
      priorityValue(policy.priority, '__proto__', 'P2'),
    ]).toEqual(['b', 'P2']);
  });
});
