import { assert } from './assert.ts';
import type { ErrorCode } from './errors.ts';
import type { ActionStep, LookupStep, Plan, UndoStep } from './plan.ts';
import { endRun, noteDeed, noteMissing, settle, stepOf, type Draft } from './run-draft.ts';
import { openGateAgain } from './run-effects.ts';
import { enterStep, verifyAgain } from './run-verify.ts';
import type { Command, Outcome } from './run.types.ts';

/** Applies the answer to a command that is still open; false where none is, so that a repeat changes nothing. */
export function applyOutcome(
  plan: Plan,
  draft: Draft,
  answer: { commandId: string; outcome: Outcome },
): boolean {
  const command = draft.pending[answer.commandId];
  if (command === undefined) return false;
  settle(draft, command.id);
  if (command.kind === 'lookup') applyLookup(plan, draft, { command, outcome: answer.outcome });
  else if (command.kind === 'effect')
    applyEffect(plan, draft, { command, outcome: answer.outcome });
  else if (command.kind === 'open-gate')
    applyGateRefused(plan, draft, { command, outcome: answer.outcome });
  return true;
}

type Answered<Kind extends Command['kind']> = {
  command: Extract<Command, { kind: Kind }>;
  outcome: Outcome;
};

function applyLookup(plan: Plan, draft: Draft, { command, outcome }: Answered<'lookup'>): void {
  const step = stepOf(plan, command.step);
  if (step.kind === 'action') return applyVerification(plan, draft, { command, outcome });
  assert(step.kind === 'lookup', 'a lookup answers a lookup step');
  if (command.late) return applyLateLookup(plan, draft, { command, outcome });
  if (outcome.kind === 'ok') draft.outputs = { ...draft.outputs, [command.step]: outcome.output };
  else if (step.required) return endRun(draft, 'failed', `${command.step}: ${why(outcome)}`);
  else noteMissing(draft, command.step, why(outcome));
  draft.cursor = step.next;
}

/** The run went on without it; what it says now becomes a comment on the ticket. */
function applyLateLookup(plan: Plan, draft: Draft, { command, outcome }: Answered<'lookup'>): void {
  if (outcome.kind !== 'ok') return;
  draft.missing = draft.missing.filter((gap) => gap.step !== command.step);
  draft.outputs = { ...draft.outputs, [command.step]: outcome.output };
  enterStep(plan, draft, { kind: 'late-comment', step: command.step });
}

function applyVerification(
  plan: Plan,
  draft: Draft,
  { command, outcome }: Answered<'lookup'>,
): void {
  const step = stepOf(plan, command.step);
  assert(step.kind === 'action', 'a verification belongs to an action');
  if (verifyAgain(draft, { command, step, outcome })) return;
  draft.cursor = draft.verified ? step.next : step.failed;
}

function applyEffect(plan: Plan, draft: Draft, { command, outcome }: Answered<'effect'>): void {
  const step = stepOf(plan, command.step);
  if (command.id.endsWith('!late')) return;
  if (step.kind === 'action') return applyAction(plan, draft, { command, step, outcome });
  if (step.kind === 'undo') return applyUndo(draft, step, { command, outcome });
  assert(step.kind === 'ticket' || step.kind === 'notify', 'an effect answers a step that has one');
  if (outcome.kind === 'ok') draft.outputs = { ...draft.outputs, [command.step]: outcome.output };
  if (outcome.kind === 'ok' && step.kind === 'ticket') draft.ticketed = true;
  else if (outcome.kind !== 'ok')
    noteDeed(draft, command, { outcome: deedOf(outcome), detail: why(outcome) });
  if (outcome.kind !== 'ok' && step.kind === 'ticket')
    return endRun(draft, 'failed', `${command.step}: ${why(outcome)}`);
  draft.cursor = step.next;
}

function applyUndo(draft: Draft, step: UndoStep, { command, outcome }: Answered<'effect'>): void {
  if (outcome.kind === 'ok') draft.outputs = { ...draft.outputs, [command.step]: outcome.output };
  noteDeed(
    draft,
    command,
    outcome.kind === 'ok'
      ? { outcome: 'undone', detail: 'undone' }
      : { outcome: deedOf(outcome), detail: why(outcome) },
  );
  draft.cursor = outcome.kind === 'ok' ? step.next : step.failed;
}

interface ActionAnswer extends Answered<'effect'> {
  readonly step: ActionStep;
}

function applyAction(plan: Plan, draft: Draft, { command, step, outcome }: ActionAnswer): void {
  if (outcome.kind === 'ok') {
    draft.outputs = { ...draft.outputs, [command.step]: outcome.output };
    noteDeed(draft, command, { outcome: 'done', detail: 'done' });
    if (!enterStep(plan, draft, { kind: 'verify', command })) draft.cursor = step.next;
    return;
  }
  if (outcome.kind === 'error' && gateAsksAnew.has(outcome.code) && step.gate !== null) {
    if (openGateAgain(plan, draft, { gate: step.gate, why: why(outcome) })) return;
  }
  noteDeed(draft, command, { outcome: deedOf(outcome), detail: why(outcome) });
  draft.cursor = step.failed;
}

/** The world moved since the vote: what was approved is no longer what would be done. */
const gateAsksAnew: ReadonlySet<ErrorCode> = new Set(['PRECONDITION_CHANGED']);

function applyGateRefused(
  plan: Plan,
  draft: Draft,
  { command, outcome }: Answered<'open-gate'>,
): void {
  const step = stepOf(plan, command.step);
  assert(step.kind === 'gate', 'a gate command belongs to a gate step');
  noteDeed(draft, command, { outcome: deedOf(outcome), detail: why(outcome) });
  draft.cursor = step.denied;
}

/** The patience with an optional lookup ran out: the run goes on without it. */
export function applyDeadline(plan: Plan, draft: Draft, commandId: string): boolean {
  const command = draft.pending[commandId];
  if (command?.kind !== 'lookup' || command.late || command.required) return false;
  const step: LookupStep | undefined = lookupStep(plan, command.step);
  if (step === undefined) return false;
  draft.pending = { ...draft.pending, [commandId]: { ...command, late: true } };
  noteMissing(draft, command.step, 'no answer in time');
  draft.cursor = step.next;
  return true;
}

function lookupStep(plan: Plan, id: string): LookupStep | undefined {
  const step = stepOf(plan, id);
  return step.kind === 'lookup' ? step : undefined;
}

function why(outcome: Outcome): string {
  return outcome.kind === 'ok'
    ? 'ok'
    : outcome.kind === 'held'
      ? `held: ${outcome.detail}`
      : `${outcome.code}: ${outcome.detail}`;
}

const refusals: ReadonlySet<ErrorCode> = new Set([
  'WARRANT_REFUSED',
  'TARGET_PROTECTED',
  'BUDGET_SPENT',
  'GRANT_MISSING',
  'EGRESS_BLOCKED',
  'PRECONDITION_CHANGED',
]);

function deedOf(outcome: Outcome): 'held' | 'refused' | 'failed' | 'done' {
  if (outcome.kind === 'ok') return 'done';
  if (outcome.kind === 'held') return 'held';
  return refusals.has(outcome.code) ? 'refused' : 'failed';
}
