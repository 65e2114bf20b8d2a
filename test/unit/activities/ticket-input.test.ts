import { describe, expect, it } from 'vitest';
import { ticketInput, type TicketParts } from '../../../activities/ticket-input.ts';
import type { Finding } from '../../../domain/finding.ts';
import type { TicketIntent } from '../../../domain/run.types.ts';
import type { Decision } from '../../../store/ticket-files.ts';
import { aCall } from '../../support/plans.ts';

const finding: Finding = {
  schema: 1,
  id: 'fnd_1',
  tenant: 'main',
  format: 'falco',
  source: 'falco',
  kind: 'detection',
  uid: 'u',
  title: 'Malware on web-7',
  description: '',
  time: null,
  timeBasis: 'received',
  severityId: 4,
  severitySource: null,
  status: 'open',
  product: 'Falco',
  analytic: null,
  resources: [],
  actors: [],
  observables: [],
  attacks: [],
  compliance: null,
  remediation: null,
  link: '',
  notes: [],
  unmapped: {},
};

const seen = new Date('2026-11-22T05:00:00.000Z');
const levels = { P1: 'critical', P2: 'high', P3: 'medium', P4: 'low', P5: 'info' };

function parts(intent: Partial<TicketIntent>, decisions: readonly Decision[] = []): TicketParts {
  const verb = intent.verb ?? 'ensure';
  return {
    intent: { verb, purpose: '', form: 'full', view: {}, ...intent },
    command: {
      kind: 'effect',
      id: 'ticket#0',
      step: 'ticket',
      iteration: 0,
      call: { ...aCall(`board.ticket.${verb}`, 'ticket'), input: {} },
      idempotencyKey: 'key-1',
      ticket: null,
      orderDigest: null,
      gateId: null,
      purpose: 'act',
    },
    run: {
      key: 'run_1',
      tenant: 'main',
      incidentId: 'inc_1',
      playbook: 'host-malware',
      version: 1,
      planDigest: 'd',
      policyDigest: 'p',
      requester: 'service:triage',
    },
    file: {
      runKey: 'run_1',
      facts: { finding: JSON.parse(JSON.stringify(finding)) },
      trace: {
        policyDigest: 'p',
        rule: null,
        tried: [],
        decision: { kind: 'run', playbook: 'host-malware' },
        priority: { level: 'P1', why: 'severity' },
        owner: { team: 'platform', why: 'fallback' },
      },
      number: 7,
      count: 40,
      firstSeen: seen,
      lastSeen: seen,
      allClearAt: null,
      runbook: '',
      receipts: ['rcp_1'],
      decisions,
      links: [{ connection: 'board', purpose: '', externalId: '12' }],
    },
    priority: { criticality: [], exposure: [], values: { board: levels } },
  };
}

const contained = {
  step: 'contain',
  capability: 'crowdstrike.host.contain',
  outcome: 'done' as const,
  detail: 'done',
};

describe('the input of a ticket', () => {
  it('holds the key of its effect, the owner, and the priority as the ticket system calls it', () => {
    expect(ticketInput(parts({}))).toMatchObject({
      externalKey: 'key-1',
      team: 'platform',
      priority: 'critical',
    });
  });

  it('says who signed for what was done', () => {
    const vote = {
      capability: contained.capability,
      decision: 'approve',
      person: 'alice',
      at: seen.toISOString(),
    } as const;
    const other = { ...vote, capability: 'okta.user.suspend', person: 'mallory' } as const;
    const input = ticketInput(
      parts({ verb: 'comment', view: { deeds: [contained] } }, [vote, other]),
    );
    expect(input['body']).toContain('alice');
    expect(input['body']).not.toContain('mallory');
  });

  it('names the ticket of its incident at that connection, or fails', () => {
    expect(ticketInput(parts({ verb: 'comment' }))).toMatchObject({ ticketId: '12', key: 'key-1' });
    expect(() => ticketInput(parts({ verb: 'comment', purpose: 'other' }))).toThrow(
      'has no ticket',
    );
  });

  it('tells how often it was seen', () => {
    expect(ticketInput(parts({ verb: 'comment' }))['body']).toContain('Seen 40 times');
  });
});
