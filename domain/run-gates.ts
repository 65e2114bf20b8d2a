import { assert } from './assert.ts';
import type { GateStep, Plan } from './plan.ts';
import { block, settle, stepOf, type Draft } from './run-draft.ts';
import { openGateAgain } from './run-effects.ts';
import type { GateVerdict, GateView, RunEvent } from './run.types.ts';

/** The gate's order is written and people can see it; the run waits from here. */
export function applyGateOpened(
  plan: Plan,
  draft: Draft,
  event: Extract<RunEvent, { kind: 'gate-opened' }>,
): boolean {
  const command = draft.pending[event.commandId];
  if (command?.kind !== 'open-gate' || draft.gates[command.step]?.gateId === event.gateId)
    return false;
  const view: GateView = {
    gateId: event.gateId,
    orderDigest: event.orderDigest,
    state: 'open',
    iteration: command.iteration,
  };
  draft.gates = { ...draft.gates, [command.step]: view };
  block(draft, 'waiting');
  const verdict = draft.early?.[event.gateId];
  return verdict === undefined || applyGateDecided(plan, draft, verdict);
}

/** People, the deadline or a changed world decided the gate. */
export function applyGateDecided(plan: Plan, draft: Draft, event: GateVerdict): boolean {
  const [stepId, gate] =
    Object.entries(draft.gates).find(([, view]) => view.gateId === event.gateId) ?? [];
  if (stepId === undefined || gate === undefined) return keepForLater(draft, event);
  if (gate.state !== 'open') return false;
  const command = Object.values(draft.pending).find(
    (open) => open.kind === 'open-gate' && open.step === stepId,
  );
  assert(command !== undefined, 'an open gate has its command');
  settle(draft, command.id);
  draft.gates = { ...draft.gates, [stepId]: { ...gate, state: event.state } };
  const step = stepOf(plan, stepId);
  assert(step.kind === 'gate', 'a gate decision belongs to a gate step');
  decideGateStep(plan, draft, { stepId, step, event });
  return true;
}

function keepForLater(draft: Draft, { gateId, state, detail }: GateVerdict): boolean {
  if (!Object.values(draft.pending).some((command) => command.kind === 'open-gate')) return false;
  draft.early = { [gateId]: { gateId, state, detail } };
  return true;
}

interface GateDecision {
  readonly stepId: string;
  readonly step: GateStep;
  readonly event: GateVerdict;
}

function decideGateStep(plan: Plan, draft: Draft, { stepId, step, event }: GateDecision): void {
  draft.status = 'active';
  if (event.state === 'void' && openGateAgain(plan, draft, { gate: stepId, why: event.detail }))
    return;
  draft.outputs = { ...draft.outputs, [stepId]: { decision: event.state, detail: event.detail } };
  if (event.state === 'approved') draft.cursor = step.approved;
  else {
    draft.deeds = [
      ...draft.deeds,
      {
        step: stepId,
        capability: 'gate',
        outcome: 'refused',
        detail: `${event.state}: ${event.detail}`,
      },
    ];
    draft.cursor = event.state === 'expired' ? step.expired : step.denied;
  }
}
