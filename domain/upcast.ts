import { SallyportError } from './errors.ts';
import type { Finding } from './finding.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Plan } from './plan.ts';
import type { RunState } from './run.types.ts';

/**
 * Readers of what an earlier version may have written. Each step of a list makes schema n + 1 of schema n; a change of
 * a shape appends one and leaves those before it alone, so that every older form can be read for ever.
 */
type Step = (older: JsonObject) => JsonObject;

const runStateSteps: readonly Step[] = [];
const planSteps: readonly Step[] = [];
const findingSteps: readonly Step[] = [];

/** SCHEMA_UNKNOWN for what a newer version wrote, or nobody did; here and in the two below. */
export function readRunState(stored: unknown): RunState {
  // The schema number says that our own `createRun` and `advance` wrote it.
  return upcast('run state', runStateSteps, stored) as unknown as RunState;
}

export function readPlan(stored: unknown): Plan {
  // Written by our own compiler, and bound by its digest.
  return upcast('plan', planSteps, stored) as unknown as Plan;
}

export function readFinding(stored: unknown): Finding {
  // Written by our own intake.
  return upcast('finding', findingSteps, stored) as unknown as Finding;
}

/** Exported for its test: the shapes themselves are still in their first form. */
export function upcast(what: string, steps: readonly Step[], stored: unknown): JsonObject {
  const newest = steps.length + 1;
  const schema = isObject(stored) ? stored['schema'] : undefined;
  if (!isObject(stored) || typeof schema !== 'number' || !Number.isInteger(schema) || schema < 1) {
    throw new SallyportError('SCHEMA_UNKNOWN', `a ${what} without a schema number cannot be read`);
  }
  if (schema > newest) {
    const known = `this version reads schema ${newest} and older`;
    throw new SallyportError('SCHEMA_UNKNOWN', `a ${what} has schema ${schema}; ${known}`);
  }
  return steps
    .slice(schema - 1)
    .reduce<JsonObject>((older, step, at) => ({ ...step(older), schema: schema + at + 1 }), stored);
}
