import { connectorNamed } from '../connectors/registry.ts';
import type { Gate } from '../store/gates.ts';
import type { GateMessages } from './contract.ts';

/** The messages of a gate, from nothing but its order: tokens stay tokens. Null where policy names nobody to tell. */
export function gateMessages(gate: Gate): GateMessages | null {
  const { order } = gate;
  const { tell } = order.rule;
  if (tell === undefined) return null;
  const what = `${order.capability} on ${order.target.kind} ${order.target.id}`;
  const body = [
    `${order.playbook.name}@${order.playbook.version} asks for ${what}.`,
    order.reach,
    `It needs ${order.rule.quorum} of ${order.rule.groups.join(', ')} until ${gate.expiresAt}; expiry means denied.`,
    `Read the order: sallyport gate show ${gate.id}`,
  ].join('\n');
  const connector = tell.capability.split('.', 1)[0] ?? '';
  return {
    connection: tell.connection,
    capability: tell.capability,
    connectorVersion: connectorNamed(connector)?.manifest.version ?? '',
    escalateMs: tell.escalateMs,
    texts: {
      opened: { subject: `A gate waits: ${what}`, body },
      reminder: { subject: `A gate still waits: ${what}`, body },
      escalation: { subject: `For ${tell.escalateTo}: nobody decided on ${what}`, body },
    },
  };
}
