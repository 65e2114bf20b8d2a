import { SallyportError } from '../domain/errors.ts';
import { isEligible } from '../domain/gate.ts';
import { loadApprovers } from '../store/approvers.ts';
import { gateResults } from '../store/gate-results.ts';
import type { Gate } from '../store/gate-rows.ts';
import { loadGate } from '../store/gates.ts';
import { approvalCounts, voteRows } from '../store/vote-rows.ts';
import type { Identity } from './access.ts';
import type { PeopleDeps } from './people-deps.ts';
import { revealOrder } from './reveal.ts';

export async function showGate(
  deps: PeopleDeps,
  asked: { gateId: string; who: Identity; reveal: boolean },
): Promise<object> {
  const gate = await ownGate(deps, asked.gateId);
  const approvers = await loadApprovers(deps.db, deps.tenant);
  const eligible =
    asked.who.roles.includes('approver') &&
    approvers.some((item) => item.person === asked.who.person && isEligible(gate.order, item));
  const votes = (await voteRows(deps.db, { gateId: gate.id })).map((row) => ({
    voteId: row.id,
    approver: row.approver,
    person: row.person,
    decision: row.decision,
    reason: row.reason,
    verdict: row.verdict,
    why: row.verdict_why,
    castAt: row.cast_at,
  }));
  return {
    ...(await summariesOf(deps, [gate]))[0],
    order: gate.order,
    votes,
    eligible,
    mayVote: approvers.filter((item) => isEligible(gate.order, item)).map((item) => item.id),
    revealed: asked.reveal && eligible ? await revealOrder(deps, gate, asked.who) : null,
  };
}

/** NOT_FOUND, also for another tenant's. */
export async function ownGate(deps: PeopleDeps, gateId: string): Promise<Gate> {
  const gate = await loadGate(deps.db, gateId);
  if (gate.tenant !== deps.tenant) throw new SallyportError('NOT_FOUND', 'no such gate');
  return gate;
}

/** What lists show of gates, in their order. */
export async function summariesOf(
  { db, clock }: Pick<PeopleDeps, 'db' | 'clock'>,
  gates: readonly Gate[],
): Promise<readonly object[]> {
  const ids = gates.map((gate) => gate.id);
  const approvals = await approvalCounts(db, ids);
  const results = await gateResults(db, ids, clock);
  return gates.map((gate) => ({
    ...summaryOf(gate),
    approvals: approvals.get(gate.id) ?? 0,
    result: results.get(gate.id) ?? null,
  }));
}

function summaryOf(gate: Gate): object {
  const { order } = gate;
  return {
    gateId: gate.id,
    incidentId: gate.incidentId,
    runKey: gate.runKey,
    step: gate.step,
    state: gate.state,
    reason: gate.reason,
    orderDigest: gate.orderDigest,
    capability: order.capability,
    target: order.target,
    effect: order.effect,
    playbook: `${order.playbook.name}@${order.playbook.version}`,
    requester: order.requester,
    quorum: order.rule.quorum,
    groups: order.rule.groups,
    openedAt: gate.openedAt,
    expiresAt: gate.expiresAt,
    decidedAt: gate.decidedAt,
  };
}
