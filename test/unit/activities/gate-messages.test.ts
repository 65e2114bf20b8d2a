import { describe, expect, it } from 'vitest';
import { gateMessages } from '../../../activities/gate-messages.ts';
import type { TellRule } from '../../../domain/policy.ts';
import type { Gate } from '../../../store/gates.ts';
import { aRule, anOrder } from '../../support/orders.ts';

const tell: TellRule = {
  connection: 'oncall',
  capability: 'webhook.message.send',
  escalateMs: 7_200_000,
  escalateTo: 'security-leads',
};

function gateWith(rule: Partial<ReturnType<typeof aRule>>): Gate {
  const order = anOrder({
    rule: aRule(rule),
    target: { kind: 'user', id: '<email:k1.abcdefghijklmnopqrstuvwxyz>' },
  });
  return {
    id: 'gat_1',
    tenant: 'acme',
    incidentId: order.incidentId,
    runKey: order.runKey,
    workflowId: 'respond/run_1',
    step: order.step,
    iteration: 0,
    orderDigest: 'o',
    order,
    state: 'open',
    reason: '',
    openedAt: order.notBefore,
    expiresAt: order.expiresAt,
    decidedAt: null,
  };
}

describe('the messages of a gate', () => {
  it('name what is asked for, by token, and how to read the order', () => {
    const messages = gateMessages(gateWith({ tell }));
    expect(messages?.texts.opened.subject).toContain('on user <email:k1.');
    expect(messages?.texts.opened.body).toContain('sallyport gate show gat_1');
    expect(messages?.texts.escalation.subject).toContain('security-leads');
    expect(messages).toMatchObject({ connection: 'oncall', escalateMs: 7_200_000 });
  });

  it('are none where policy names nobody to tell', () => {
    expect(gateMessages(gateWith({}))).toBeNull();
  });
});
