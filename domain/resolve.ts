import { SallyportError } from './errors.ts';
import { evaluate } from './expression.ts';
import type { Json, JsonObject } from './json.ts';
import { select } from './path.ts';
import type { PlanCall, PlanInput, PlanValue } from './plan.ts';
import type { ResolvedCall } from './run.types.ts';

/** Finds the value of `value` in the run's data. INPUT_INVALID where a path without a fallback finds nothing. */
export function resolveValue(value: PlanValue, data: JsonObject): Json {
  switch (value.kind) {
    case 'literal':
      return value.value;
    case 'cel':
      return evaluate(value.source, data);
    case 'path':
      return resolvePath(value, data);
    case 'record':
      return resolveInput(value.fields, data);
    case 'list':
      return value.items.map((item) => resolveValue(item, data));
  }
}

export function resolveInput(input: PlanInput, data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, resolveValue(value, data)]),
  );
}

export function resolveCall(call: PlanCall, data: JsonObject): ResolvedCall {
  return { ...call, input: resolveInput(call.input, data) };
}

function resolvePath(value: Extract<PlanValue, { kind: 'path' }>, data: JsonObject): Json {
  const found = select(value.path, data) ?? value.fallback;
  if (found === undefined) throw new SallyportError('INPUT_INVALID', `nothing at ${value.path}`);
  return found;
}
