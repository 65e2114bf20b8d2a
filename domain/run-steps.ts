import { assert } from './assert.ts';
import { digestOf } from './digest.ts';
import { SallyportError } from './errors.ts';
import { evaluate } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import { planLimits, type ActionStep, type EachStep, type GateStep, type LookupStep, type NotifyStep, type Plan, type PlanStep, type TicketStep, type UndoStep } from './plan.ts';
import { resolveCall, resolveInput, resolveValue } from './resolve.ts';
import { dataOf, endRun, noteMissing, pathOf, send, stepOf, type Draft } from './run-draft.ts';
import type { EffectCommand, LookupCommand, Outcome, RunState, TicketIntent, WaitCommand } from './run.types.ts';

/** How often a gate asks again because the world changed, and how long an action is checked for its effect. */
const gateIterationsMax = 3;
const verifyDelaysMs = [1_000, 2_000, 4_000, 8_000, 16_000] as const;

/** Goes from step to step until something must be done outside, waited for, or the run is over. */
export function drive(plan: Plan, draft: Draft): void {
  while (draft.status === 'active' && draft.cursor !== null && !isBlocked(draft)) {
    draft.transitions += 1;
    if (draft.transitions > planLimits.transitions) return endRun(draft, 'failed', 'too many steps');
    takeStep(plan, draft, stepOf(plan, draft.cursor));
  }
  if (draft.cursor === null && draft.status === 'waiting' && Object.keys(draft.pending).length === 0) draft.status = 'done';
}

/** A late lookup does not hold the run up, nor does the comment that it causes. */
function isBlocked(draft: RunState): boolean {
  return Object.values(draft.pending).some((command) => !(command.kind === 'lookup' && command.late) && !command.id.endsWith('!late'));
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

function place(draft: RunState, iteration = 0): { id: string; step: string; iteration: number } {
  assert(draft.cursor !== null, 'a step is taken at the cursor');
  return { id: `${pathOf(draft, draft.cursor)}#${iteration}`, step: draft.cursor, iteration };
}

/** An optional lookup that cannot even be asked is as missing as one that was not answered. */
function takeLookup(draft: Draft, step: LookupStep): void {
  const at = place(draft);
  try {
    const call = resolveCall(step.call, dataOf(draft));
    send(draft, { kind: 'lookup', ...at, call, select: step.select, required: step.required, late: false });
  } catch (error) {
    if (step.required || !(error instanceof SallyportError) || error.code === 'BROKEN_INVARIANT') throw error;
    noteMissing(draft, at.step, `${error.code}: ${error.message}`);
    draft.cursor = step.next;
  }
}

function truth(value: Json): boolean {
  if (typeof value !== 'boolean') throw new SallyportError('EXPRESSION_FAILED', 'a condition must be true or false');
  return value;
}

function takeEffect(draft: Draft, step: TicketStep | NotifyStep): void {
  const command: EffectCommand = {
    kind: 'effect',
    ...place(draft),
    call: resolveCall(step.call, dataOf(draft)),
    idempotencyKey: '',
    ticket: step.kind === 'ticket' ? ticketIntent(draft, step) : null,
    orderDigest: null,
    gateId: null,
    purpose: 'act',
  };
  if (!draft.rehearsal) return send(draft, { ...command, idempotencyKey: effectKey(draft, command) });
  simulate(draft, command);
  if (step.kind === 'ticket') draft.ticketed = true;
  draft.cursor = step.next;
}

function ticketIntent(draft: RunState, step: TicketStep): TicketIntent {
  const view = { steps: draft.outputs, missing: draft.missing, deeds: draft.deeds } as unknown as TicketIntent['view'];
  return { verb: step.verb, purpose: step.purpose, form: step.form, view };
}

/** No execution identity enters a key: the same deed of the same run has the same key wherever it is hosted. */
export function effectKey(draft: RunState, command: EffectCommand): string {
  if (command.ticket?.verb === 'ensure') {
    return digestOf('sallyport/ticket-key/v1', [draft.tenant, draft.incidentId, command.call.connection, command.ticket.purpose]);
  }
  return digestOf('sallyport/effect-key/v1', [draft.tenant, draft.key, draft.plan.digest, command.id]);
}

function simulate(draft: Draft, command: EffectCommand): void {
  draft.outputs = { ...draft.outputs, [command.step]: { simulated: true } };
  draft.deeds = [...draft.deeds, { step: command.step, capability: command.call.capability, outcome: 'simulated', detail: 'rehearsal' }];
}

function takeGate(plan: Plan, draft: Draft, { step, iteration }: { step: GateStep; iteration: number }): void {
  const action = stepOf(plan, step.action);
  assert(action.kind === 'action', 'a gate guards an action');
  const data = dataOf(draft);
  if (draft.rehearsal) {
    draft.outputs = { ...draft.outputs, [place(draft).step]: { decision: 'approved', simulated: true } };
    draft.cursor = step.approved;
    return;
  }
  send(draft, {
    kind: 'open-gate',
    ...place(draft, iteration),
    action: step.action,
    call: resolveCall(action.call, data),
    target: resolveValue(action.target, data),
    undo: action.undo === null ? null : { capability: action.undo.capability, input: resolveInput(action.undo.input, data) },
    evidence: resolveInput(step.evidence, data),
    expiresMs: step.expiresMs,
    remindMs: step.remindMs,
  });
}

/** Asks the gate anew with what the world looks like now; false once that happened too often. */
export function openGateAgain(plan: Plan, draft: Draft, { gate, why }: { gate: string; why: string }): boolean {
  const step = stepOf(plan, gate);
  const iteration = (draft.gates[gate]?.iteration ?? 0) + 1;
  if (step.kind !== 'gate' || iteration >= gateIterationsMax) return false;
  draft.deeds = [...draft.deeds, { step: gate, capability: 'gate', outcome: 'refused', detail: `asked anew: ${why}` }];
  draft.cursor = gate;
  takeGate(plan, draft, { step, iteration });
  return true;
}

function takeAction(draft: Draft, step: ActionStep): void {
  const gate = step.gate === null ? null : draft.gates[step.gate];
  const iteration = gate?.iteration ?? 0;
  const command: EffectCommand = {
    kind: 'effect',
    ...place(draft, iteration),
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

function takeUndo(draft: Draft, step: UndoStep): void {
  const command: EffectCommand = {
    kind: 'effect',
    ...place(draft),
    call: resolveCall(step.call, dataOf(draft)),
    idempotencyKey: '',
    ticket: null,
    orderDigest: step.orderDigest,
    gateId: step.gateId,
    purpose: 'undo',
  };
  send(draft, { ...command, idempotencyKey: effectKey(draft, command) });
}

function takeWait(draft: Draft, step: Extract<PlanStep, { kind: 'wait' }>): void {
  if (draft.rehearsal) {
    draft.cursor = step.next;
    return;
  }
  send(draft, { kind: 'wait', ...place(draft), durationMs: step.durationMs });
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
  draft.frames = [...draft.frames.slice(0, -1), ...(more ? [{ ...frame, index: frame.index + 1 }] : [])];
  draft.cursor = more ? each.body : each.next;
}

function finish(draft: Draft, outcome: string): void {
  if (Object.keys(draft.pending).length === 0) return endRun(draft, 'done', outcome);
  draft.cursor = null;
  draft.outcome = outcome;
  draft.status = 'waiting';
}

type Extra =
  | { readonly kind: 'verify'; readonly command: EffectCommand }
  | { readonly kind: 'verify-retry'; readonly command: WaitCommand }
  | { readonly kind: 'late-comment'; readonly step: string };

/** Work that belongs to a step without being a step: verification of an action, a late answer. False: none needed. */
export function enterStep(plan: Plan, draft: Draft, extra: Extra): boolean {
  if (extra.kind === 'late-comment') return lateComment(plan, draft, extra.step);
  const step = stepOf(plan, extra.command.step);
  if (step.kind !== 'action' || step.verify === null) return false;
  const base = extra.command.id.replace(/\/(verify|pause)\d+$/, '');
  const attempt = extra.kind === 'verify' ? 0 : Number(/\/pause(\d+)$/.exec(extra.command.id)?.[1] ?? 0) + 1;
  send(draft, {
    kind: 'lookup',
    id: `${base}/verify${attempt}`,
    step: extra.command.step,
    iteration: attempt,
    call: resolveCall(step.verify.call, dataOf(draft)),
    select: step.verify.select ?? { '*': '$' },
    required: false,
    late: false,
  });
  return true;
}

/** An answer that lacks what the condition reads is not the state that was hoped for, yet. */
function holds(condition: string, data: JsonObject): boolean {
  try {
    return truth(evaluate(condition, data));
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'EXPRESSION_FAILED') return false;
    throw error;
  }
}

interface VerifyAnswer {
  readonly command: LookupCommand;
  readonly step: ActionStep;
  readonly outcome: Outcome;
}

/** Judges a verification; true while it is to be repeated. Sets `draft.verified` once it is settled. */
export function verifyAgain(draft: Draft, { command, step, outcome }: VerifyAnswer): boolean {
  assert(step.verify !== null, 'only a declared verification is judged');
  if (outcome.kind === 'ok') {
    if (holds(step.verify.condition, { ...dataOf(draft), answer: outcome.output })) {
      draft.deeds = [...draft.deeds, { step: command.step, capability: command.call.capability, outcome: 'done', detail: 'verified' }];
      draft.verified = true;
      return false;
    }
  }
  const delay = verifyDelaysMs[command.iteration];
  if (delay === undefined) {
    draft.deeds = [...draft.deeds, { step: command.step, capability: command.call.capability, outcome: 'failed', detail: 'the effect could not be verified' }];
    draft.verified = false;
    return false;
  }
  const base = command.id.replace(/\/verify\d+$/, '');
  send(draft, { kind: 'wait', id: `${base}/pause${command.iteration}`, step: command.step, iteration: command.iteration, durationMs: delay });
  return true;
}

function lateComment(plan: Plan, draft: Draft, lookup: string): boolean {
  const [step] = Object.values(plan.steps).filter((each) => each.kind === 'ticket' && each.verb === 'ensure');
  if (!draft.ticketed || step?.kind !== 'ticket' || draft.rehearsal) return false;
  const call = { ...step.call, capability: step.call.capability.replace(/\.ensure$/, '.comment'), input: {} };
  const command: EffectCommand = {
    kind: 'effect',
    id: `${lookup}#0!late`,
    step: lookup,
    iteration: 0,
    call,
    idempotencyKey: '',
    ticket: { verb: 'comment', purpose: step.purpose, form: 'light', view: { late: lookup, answer: draft.outputs[lookup] ?? {} } },
    orderDigest: null,
    gateId: null,
    purpose: 'act',
  };
  send(draft, { ...command, idempotencyKey: effectKey(draft, command) });
  return true;
}
