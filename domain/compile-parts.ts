import type { Compiling } from './compile-call.ts';
import type { FlatStep } from './compile-flatten.ts';
import { problem, type SourcePath } from './compile-problem.ts';
import { parseDuration } from './duration.ts';
import { planLimits, type PlanCall } from './plan.ts';

/** What stands in a plan that is not going to be used, because compiling it found problems. */
const nowhere = '';

export const noCall: PlanCall = {
  capability: nowhere,
  connectorVersion: nowhere,
  connection: nowhere,
  effect: 'read',
  privilege: 'lookup',
  input: {},
};

/** Where a step goes on: where its author says, else to the step after it. */
export function nextOf(step: FlatStep, compiling: Compiling): string {
  const next = 'next' in step.source ? step.source.next : undefined;
  if (next !== undefined) return next;
  if (step.following !== null) return step.following;
  compiling.problems.push(problem('step-open', step.path, `nothing follows ${step.id}`));
  return nowhere;
}

/** A duration of at most `planLimits.waitMsMax`, in milliseconds. */
export function compileDuration(text: string, path: SourcePath, compiling: Compiling): number {
  const ms = parseDuration(text);
  if (ms === null || ms > planLimits.waitMsMax)
    compiling.problems.push(problem('duration-invalid', path, `${text} is more than 30 days`));
  return ms ?? 0;
}
