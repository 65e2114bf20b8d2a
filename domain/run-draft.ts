import { assert } from './assert.ts';
import { SallyportError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import type { Plan, PlanStep } from './plan.ts';
import type { Command, Deed, RunState, RunStatus } from './run.types.ts';

/** A run while one event is applied to it: the state's own copy, open for change, and the commands it caused. */
export type Draft = { -readonly [Key in keyof RunState]: RunState[Key] } & {
  commands: Command[];
  verified?: boolean;
};

export function copyRun(state: RunState): Draft {
  return { ...state, commands: [] };
}

export function stepOf(plan: Plan, id: string): PlanStep {
  const step = Object.hasOwn(plan.steps, id) ? plan.steps[id] : undefined;
  assert(step !== undefined, `the plan has no step ${id}`);
  return step;
}

/** What expressions and paths of the run may read. */
export function dataOf(draft: RunState): JsonObject {
  const frame = draft.frames.at(-1);
  const item = frame?.items[frame.index];
  return { ...draft.facts, steps: draft.outputs, ...(item === undefined ? {} : { item }) };
}

/** Step ids with the turns of the loops around them: `each-host[2]/contain`. Unique within the run. */
export function pathOf(draft: RunState, step: string): string {
  return [...draft.frames.map((frame) => `${frame.step}[${frame.index}]`), step].join('/');
}

export function send(draft: Draft, command: Command): void {
  draft.pending = { ...draft.pending, [command.id]: command };
  draft.commands.push(command);
}

/** Removes an answered command. */
export function settle(draft: Draft, commandId: string): void {
  draft.pending = Object.fromEntries(
    Object.entries(draft.pending).filter(([id]) => id !== commandId),
  );
}

export function block(draft: Draft, status: RunStatus): void {
  draft.status = status;
}

export function noteDeed(
  draft: Draft,
  command: Command,
  deed: Pick<Deed, 'outcome' | 'detail'>,
): void {
  const capability = command.kind === 'wait' ? 'wait' : command.call.capability;
  draft.deeds = [...draft.deeds, { step: command.step, capability, ...deed }];
}

/** Ends the run. What was sent and is still open stays with the host, which records it. */
export function endRun(
  draft: Draft,
  status: 'done' | 'failed' | 'cancelled',
  outcome: string,
): void {
  draft.cursor = null;
  draft.status = status;
  draft.outcome = outcome;
  draft.pending = {};
}

/** A step whose answer is not there: conditions can ask with `has`, the ticket says why. */
export function noteMissing(draft: Draft, step: string, reason: string): void {
  draft.missing = [...draft.missing, { step, why: reason }];
  draft.outputs = { ...draft.outputs, [step]: {} };
}

/** Id, step and iteration of the command that the step at the cursor sends. */
export function placeOf(
  draft: RunState,
  iteration = 0,
): { id: string; step: string; iteration: number } {
  assert(draft.cursor !== null, 'a step is taken at the cursor');
  return { id: `${pathOf(draft, draft.cursor)}#${iteration}`, step: draft.cursor, iteration };
}

export function truth(value: Json): boolean {
  if (typeof value !== 'boolean')
    throw new SallyportError('EXPRESSION_FAILED', 'a condition must be true or false');
  return value;
}
