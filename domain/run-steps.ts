import { evaluate } from './expression.ts';
import { SallyportError } from './errors.ts';
import type { Json } from './json.ts';
import { assert } from './assert.ts';
import { planLimits, type EachStep, type LookupStep, type Plan, type PlanStep } from './plan.ts';
import { resolveCall, resolveValue } from './resolve.ts';
import {
  dataOf,
  endRun,
  noteMissing,
  placeOf,
  send,
  stepOf,
  truth,
  type Draft,
} from './run-draft.ts';
import { takeAction, takeEffect, takeGate, takeUndo } from './run-effects.ts';
import type { RunState } from './run.types.ts';

/** Goes from step to step until something must be done outside, waited for, or the run is over. */
export function drive(plan: Plan, draft: Draft): void {
  while (draft.status === 'active' && draft.cursor !== null && !isBlocked(draft)) {
    draft.transitions += 1;
    if (draft.transitions > planLimits.transitions)
      return endRun(draft, 'failed', 'too many steps');
    takeStep(plan, draft, stepOf(plan, draft.cursor));
  }
  if (
    draft.cursor === null &&
    draft.status === 'waiting' &&
    Object.keys(draft.pending).length === 0
  )
    draft.status = 'done';
}

/** A late lookup does not hold the run up, nor does the comment that it causes. */
function isBlocked(draft: RunState): boolean {
  return Object.values(draft.pending).some(
    (command) => !(command.kind === 'lookup' && command.late) && !command.id.endsWith('!late'),
  );
}

function takeStep(plan: Plan, draft: Draft, step: PlanStep): void {
  switch (step.kind) {
    case 'lookup':
      return takeLookup(draft, step);
    case 'if':
      draft.cursor = truth(evaluate(step.condition, dataOf(draft))) ? step.then : step.else;
      return;
    case 'ticket':
    case 'notify':
      return takeEffect(draft, step);
    case 'gate':
      return takeGate(plan, draft, { step, iteration: 0 });
    case 'action':
      return takeAction(draft, step);
    case 'undo':
      return takeUndo(draft, step);
    case 'wait':
      return takeWait(draft, step);
    case 'each':
      return takeEach(draft, step);
    case 'endBody':
      return turn(plan, draft);
    case 'end':
      return finish(draft, step.outcome);
  }
}

/** An optional lookup that cannot even be asked is as missing as one that was not answered. */
function takeLookup(draft: Draft, step: LookupStep): void {
  const at = placeOf(draft);
  try {
    const call = resolveCall(step.call, dataOf(draft));
    send(draft, {
      kind: 'lookup',
      ...at,
      call,
      select: step.select,
      required: step.required,
      late: false,
    });
  } catch (error) {
    if (step.required || !(error instanceof SallyportError) || error.code === 'BROKEN_INVARIANT')
      throw error;
    noteMissing(draft, at.step, `${error.code}: ${error.message}`);
    draft.cursor = step.next;
  }
}

function takeWait(draft: Draft, step: Extract<PlanStep, { kind: 'wait' }>): void {
  if (draft.rehearsal) {
    draft.cursor = step.next;
    return;
  }
  send(draft, { kind: 'wait', ...placeOf(draft), durationMs: step.durationMs });
  draft.status = 'waiting';
}

function takeEach(draft: Draft, step: EachStep): void {
  const items = resolveValue(step.items, dataOf(draft));
  if (!Array.isArray(items)) throw new SallyportError('INPUT_INVALID', '`each` needs a list');
  const bounded = (items as readonly Json[]).slice(0, Math.min(step.max, planLimits.eachItems));
  if (bounded.length === 0) draft.cursor = step.next;
  else {
    assert(draft.cursor !== null, 'a step is taken at the cursor');
    draft.frames = [...draft.frames, { step: draft.cursor, items: bounded, index: 0 }];
    draft.cursor = step.body;
  }
}

function turn(plan: Plan, draft: Draft): void {
  const frame = draft.frames.at(-1);
  assert(frame !== undefined, 'a loop body ends inside its loop');
  const each = stepOf(plan, frame.step);
  assert(each.kind === 'each', 'a frame belongs to `each`');
  const more = frame.index + 1 < frame.items.length;
  draft.frames = [
    ...draft.frames.slice(0, -1),
    ...(more ? [{ ...frame, index: frame.index + 1 }] : []),
  ];
  draft.cursor = more ? each.body : each.next;
}

function finish(draft: Draft, outcome: string): void {
  if (Object.keys(draft.pending).length === 0) return endRun(draft, 'done', outcome);
  draft.cursor = null;
  draft.outcome = outcome;
  draft.status = 'waiting';
}
