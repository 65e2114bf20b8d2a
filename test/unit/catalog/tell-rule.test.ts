import { expect, it } from 'vitest';
import { tellRule, untold } from '../../../catalog/tell-rule.ts';
import type { Policy } from '../../../domain/policy.ts';
import { aRule } from '../../support/orders.ts';

const tell = tellRule({
  connection: 'oncall',
  capability: 'webhook.message.send',
  escalate: '2h',
  escalateTo: 'leads',
});

const policyWith = (grants: Policy['grants']): Policy => ({
  schema: 1,
  triage: [],
  priority: { criticality: [], exposure: [], values: {} },
  routing: { owners: [], fallback: 'secops' },
  approvals: [aRule({ tell })],
  budgets: [],
  protectedTargets: [],
  grants,
  suppressions: [],
  correlation: [],
  cases: { withinMs: 0, membersMax: 2, keys: [] },
  quiet: { deploys: null, staleMs: null },
});

it('reads the time of the escalation in milliseconds', () => {
  expect(tell.escalateMs).toBe(7_200_000);
});

it('names the rule whose messages a playbook may not send', () => {
  expect(untold('host-malware', policyWith([]))).toEqual([
    expect.stringContaining('webhook.message.send on oncall'),
  ]);
});

it('is content once the message is granted', () => {
  const grant = {
    playbook: 'host-malware',
    connection: 'oncall',
    capabilities: ['webhook.message.send'],
    fields: ['*'],
  };
  expect(untold('host-malware', policyWith([grant]))).toEqual([]);
});
