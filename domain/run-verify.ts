import { assert } from './assert.ts';
import { SallyportError } from './errors.ts';
import { evaluate } from './expression.ts';
import type { JsonObject } from './json.ts';
import type { ActionStep, Plan } from './plan.ts';
import { resolveCall } from './resolve.ts';
import { dataOf, send, stepOf, truth, type Draft } from './run-draft.ts';
import { effectKey } from './run-effects.ts';
import type { EffectCommand, LookupCommand, Outcome, WaitCommand } from './run.types.ts';

/** The pauses between looks at whether an action took effect; after the last the run goes to its failed branch. */
const verifyDelaysMs = [1_000, 2_000, 4_000, 8_000, 16_000] as const;

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
  const attempt =
    extra.kind === 'verify' ? 0 : Number(/\/pause(\d+)$/.exec(extra.command.id)?.[1] ?? 0) + 1;
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
      draft.deeds = [
        ...draft.deeds,
        {
          step: command.step,
          capability: command.call.capability,
          outcome: 'done',
          detail: 'verified',
        },
      ];
      draft.verified = true;
      return false;
    }
  }
  const delay = verifyDelaysMs[command.iteration];
  if (delay === undefined) {
    draft.deeds = [
      ...draft.deeds,
      {
        step: command.step,
        capability: command.call.capability,
        outcome: 'failed',
        detail: 'the effect could not be verified',
      },
    ];
    draft.verified = false;
    return false;
  }
  const base = command.id.replace(/\/verify\d+$/, '');
  send(draft, {
    kind: 'wait',
    id: `${base}/pause${command.iteration}`,
    step: command.step,
    iteration: command.iteration,
    durationMs: delay,
  });
  return true;
}

function lateComment(plan: Plan, draft: Draft, lookup: string): boolean {
  const [step] = Object.values(plan.steps).filter(
    (each) => each.kind === 'ticket' && each.verb === 'ensure',
  );
  if (!draft.ticketed || step?.kind !== 'ticket' || draft.rehearsal) return false;
  const call = {
    ...step.call,
    capability: step.call.capability.replace(/\.ensure$/, '.comment'),
    input: {},
  };
  const command: EffectCommand = {
    kind: 'effect',
    id: `${lookup}#0!late`,
    step: lookup,
    iteration: 0,
    call,
    idempotencyKey: '',
    ticket: {
      verb: 'comment',
      purpose: step.purpose,
      form: 'light',
      view: { late: lookup, answer: draft.outputs[lookup] ?? {} },
    },
    orderDigest: null,
    gateId: null,
    purpose: 'act',
  };
  send(draft, { ...command, idempotencyKey: effectKey(draft, command) });
  return true;
}
