import { assert } from './assert.ts';
import { digestOf } from './digest.ts';
import type { ActionStep, GateStep, NotifyStep, Plan, TicketStep, UndoStep } from './plan.ts';
import { resolveCall, resolveInput, resolveValue } from './resolve.ts';
import { dataOf, placeOf, send, stepOf, type Draft } from './run-draft.ts';
import type { EffectCommand, RunState, TicketIntent } from './run.types.ts';

/** How often a gate asks again because the world changed. */
const gateIterationsMax = 3;

export function takeEffect(draft: Draft, step: TicketStep | NotifyStep): void {
  const command: EffectCommand = {
    kind: 'effect',
    ...placeOf(draft),
    call: resolveCall(step.call, dataOf(draft)),
    idempotencyKey: '',
    ticket: step.kind === 'ticket' ? ticketIntent(draft, step) : null,
    orderDigest: null,
    gateId: null,
    purpose: 'act',
  };
  if (!draft.rehearsal)
    return send(draft, { ...command, idempotencyKey: effectKey(draft, command) });
  simulate(draft, command);
  if (step.kind === 'ticket') draft.ticketed = true;
  draft.cursor = step.next;
}

function ticketIntent(draft: RunState, step: TicketStep): TicketIntent {
  const view = { steps: draft.outputs, missing: draft.missing, deeds: draft.deeds };
  return { verb: step.verb, purpose: step.purpose, form: step.form, view };
}

/** No execution identity enters a key: the same deed of the same run has the same key wherever it is hosted. */
export function effectKey(draft: RunState, command: EffectCommand): string {
  if (command.ticket?.verb === 'ensure') {
    return digestOf('sallyport/ticket-key/v1', [
      draft.tenant,
      draft.incidentId,
      command.call.connection,
      command.ticket.purpose,
    ]);
  }
  return digestOf('sallyport/effect-key/v1', [
    draft.tenant,
    draft.key,
    draft.plan.digest,
    command.id,
  ]);
}

function simulate(draft: Draft, command: EffectCommand): void {
  draft.outputs = { ...draft.outputs, [command.step]: { simulated: true } };
  draft.deeds = [
    ...draft.deeds,
    {
      step: command.step,
      capability: command.call.capability,
      outcome: 'simulated',
      detail: 'rehearsal',
    },
  ];
}

export function takeGate(
  plan: Plan,
  draft: Draft,
  { step, iteration }: { step: GateStep; iteration: number },
): void {
  const action = stepOf(plan, step.action);
  assert(action.kind === 'action', 'a gate guards an action');
  const data = dataOf(draft);
  if (draft.rehearsal) {
    draft.outputs = {
      ...draft.outputs,
      [placeOf(draft).step]: { decision: 'approved', simulated: true },
    };
    draft.cursor = step.approved;
    return;
  }
  send(draft, {
    kind: 'open-gate',
    ...placeOf(draft, iteration),
    action: step.action,
    call: resolveCall(action.call, data),
    target: resolveValue(action.target, data),
    undo:
      action.undo === null
        ? null
        : { capability: action.undo.capability, input: resolveInput(action.undo.input, data) },
    evidence: resolveInput(step.evidence, data),
    expiresMs: step.expiresMs,
    remindMs: step.remindMs,
  });
}

/** Asks the gate anew with what the world looks like now; false once that happened too often. */
export function openGateAgain(
  plan: Plan,
  draft: Draft,
  { gate, why }: { gate: string; why: string },
): boolean {
  const step = stepOf(plan, gate);
  const iteration = (draft.gates[gate]?.iteration ?? 0) + 1;
  if (step.kind !== 'gate' || iteration >= gateIterationsMax) return false;
  draft.deeds = [
    ...draft.deeds,
    { step: gate, capability: 'gate', outcome: 'refused', detail: `asked anew: ${why}` },
  ];
  draft.cursor = gate;
  takeGate(plan, draft, { step, iteration });
  return true;
}

export function takeAction(draft: Draft, step: ActionStep): void {
  const gate = step.gate === null ? null : draft.gates[step.gate];
  const iteration = gate?.iteration ?? 0;
  const command: EffectCommand = {
    kind: 'effect',
    ...placeOf(draft, iteration),
    call: resolveCall(step.call, dataOf(draft)),
    idempotencyKey: '',
    ticket: null,
    orderDigest: gate?.orderDigest ?? null,
    gateId: gate?.gateId ?? null,
    purpose: 'act',
  };
  if (draft.rehearsal) {
    simulate(draft, command);
    draft.cursor = step.next;
    return;
  }
  assert(step.gate === null || gate?.state === 'approved', 'an action passes its gate');
  send(draft, { ...command, idempotencyKey: effectKey(draft, command) });
}

export function takeUndo(draft: Draft, step: UndoStep): void {
  const command: EffectCommand = {
    kind: 'effect',
    ...placeOf(draft),
    call: resolveCall(step.call, dataOf(draft)),
    idempotencyKey: '',
    ticket: null,
    orderDigest: step.orderDigest,
    gateId: step.gateId,
    purpose: 'undo',
  };
  send(draft, { ...command, idempotencyKey: effectKey(draft, command) });
}
