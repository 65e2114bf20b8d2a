import type { Order } from './order.ts';
import type { Plan, PlanCall } from './plan.ts';

export interface UndoPlanParts {
  readonly order: Order;
  readonly orderDigest: string;
  readonly gateId: string;
  /** How to say it on the incident's ticket; null where it has none. */
  readonly comment: PlanCall | null;
}

/** The plan that takes back one signed order: its undo, opened by one approver's signature, then a word on the ticket. */
export function undoPlan({ order, orderDigest, gateId, comment }: UndoPlanParts): Plan | null {
  if (order.undo === null) return null;
  const input = Object.fromEntries(
    Object.entries(order.undo.parameters).map(([name, value]) => [
      name,
      { kind: 'literal' as const, value },
    ]),
  );
  const call: PlanCall = {
    capability: order.undo.capability,
    connectorVersion: order.connectorVersion,
    connection: order.connection.name,
    effect: order.undo.effect,
    privilege: 'act',
    input,
  };
  const say = (next: string): Plan['steps'][string] | null =>
    comment === null
      ? null
      : { kind: 'ticket', verb: 'comment', call: comment, purpose: '', form: 'light', next };
  const [sayDone, sayFailed] = [say('done'), say('failed')];
  return {
    schema: 1,
    name: order.playbook.name,
    version: order.playbook.version,
    title: `Undo ${order.capability} on ${order.target.id}`,
    author: order.playbook.author,
    runbook: '',
    start: 'undo',
    steps: {
      undo: {
        kind: 'undo',
        call,
        gateId,
        orderDigest,
        next: sayDone === null ? 'done' : 'say-done',
        failed: sayFailed === null ? 'failed' : 'say-failed',
      },
      ...(sayDone === null ? {} : { 'say-done': sayDone }),
      ...(sayFailed === null ? {} : { 'say-failed': sayFailed }),
      done: { kind: 'end', outcome: 'undone' },
      failed: { kind: 'end', outcome: 'undo failed' },
    },
  };
}
