import { createRun } from '../../domain/run.ts';
import type { Plan, PlanCall, PlanStep } from '../../domain/plan.ts';
import type { RunState } from '../../domain/run.types.ts';

export const aCall = (
  capability: string,
  privilege: PlanCall['privilege'] = 'lookup',
  input: PlanCall['input'] = {},
): PlanCall => ({
  capability,
  connectorVersion: '1',
  connection: capability.split('.')[0] ?? '',
  effect: privilege === 'lookup' ? 'read' : privilege === 'act' ? 'disruptive' : 'reversible',
  privilege,
  input,
});

export const aPlan = (
  steps: Record<string, PlanStep>,
  start = Object.keys(steps)[0] ?? 'end',
): Plan => ({
  schema: 1,
  name: 'sample',
  version: 1,
  title: 'A plan for tests',
  author: 'bob',
  runbook: '',
  start,
  steps,
});

export const end = (outcome = 'handled'): PlanStep => ({ kind: 'end', outcome });
export const aLookup = (next: string, required = false): PlanStep => ({
  kind: 'lookup',
  call: aCall('assets.asset.find', 'lookup', {
    name: { kind: 'path', path: '$.finding.resources[0].name', fallback: '' },
  }),
  select: { criticality: '$.criticality' },
  required,
  next,
});
export const aTicket = (next: string): PlanStep => ({
  kind: 'ticket',
  verb: 'ensure',
  call: aCall('board.ticket.ensure', 'ticket'),
  purpose: '',
  form: 'full',
  next,
});
export const aGate = (action: string, denied = 'denied'): PlanStep => ({
  kind: 'gate',
  action,
  evidence: {},
  expiresMs: 3_600_000,
  remindMs: 600_000,
  approved: action,
  denied,
  expired: denied,
});
export const anAction = (gate: string, next: string, verified = false): PlanStep => ({
  kind: 'action',
  call: aCall('crowdstrike.host.contain', 'act', { host: { kind: 'literal', value: 'web-7' } }),
  gate,
  target: { kind: 'literal', value: 'web-7' },
  undo: {
    capability: 'crowdstrike.host.lift',
    input: { host: { kind: 'literal', value: 'web-7' } },
  },
  verify: verified
    ? {
        call: aCall('crowdstrike.host.read', 'lookup', {
          host: { kind: 'literal', value: 'web-7' },
        }),
        condition: "answer.status == 'contained'",
      }
    : null,
  next,
  failed: 'failed',
});

/** Lookup, ticket, gate, contain, verify: the life of most responses. */
export const containPlan = (verified = false): Plan =>
  aPlan({
    asset: aLookup('ticket'),
    ticket: aTicket('ask'),
    ask: aGate('contain'),
    contain: anAction('ask', 'done', verified),
    done: end('contained'),
    denied: end('denied'),
    failed: end('failed'),
  });

export const aRun = (plan: Plan, overrides: Partial<RunState> = {}): RunState => ({
  ...createRun(plan, {
    key: 'run_1',
    tenant: 'main',
    incidentId: 'inc_1',
    incidentNumber: 1,
    planDigest: 'd'.repeat(64),
    policyDigest: 'p'.repeat(64),
    requester: 'service:triage',
    rehearsal: false,
    facts: {
      incident: { id: 'inc_1', number: 1 },
      finding: { severityId: 4, resources: [{ name: 'web-7' }] },
    },
    receivedAtMs: 0,
  }),
  ...overrides,
});
