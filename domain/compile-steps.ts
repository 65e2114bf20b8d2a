import {
  checkFields,
  compileCall,
  roles,
  type CallSource,
  type Compiling,
} from './compile-call.ts';
import { compileAction, compileGate } from './compile-action.ts';
import { isEach, turnOf, type FlatStep } from './compile-flatten.ts';
import { compileDuration, nextOf, noCall } from './compile-parts.ts';
import { problem } from './compile-problem.ts';
import { compileCondition, compileValue } from './compile-values.ts';
import { checkPath, leadingNames } from './path.ts';
import type { PlanStep } from './plan.ts';
import type { LookupSource, TicketSource } from './playbook.schema.ts';

/** Turns one step into its compiled form. Where something is wrong the problem is noted and a stand-in returned. */
export function compileStep(step: FlatStep, compiling: Compiling): PlanStep {
  const { source, path } = step;
  const next = (): string => nextOf(step, compiling);
  if ('lookup' in source) return compileLookup(source, step, compiling);
  if ('if' in source)
    return {
      kind: 'if',
      condition: compileCondition(source.if, [...path, 'if'], compiling),
      then: source.then,
      else: source.else,
    };
  if ('ticket' in source) return compileTicket(source, step, compiling);
  if ('notify' in source) {
    const call = compileCall(
      {
        capability: source.notify,
        capabilityKey: 'notify',
        connection: source.connection,
        input: source.input,
        path,
        role: roles.notify,
      },
      compiling,
    );
    return { kind: 'notify', call: call?.call ?? noCall, next: next() };
  }
  if ('action' in source) return compileAction(source, step, compiling);
  if ('gate' in source) return compileGate(source, step, compiling);
  if ('wait' in source)
    return {
      kind: 'wait',
      durationMs: compileDuration(source.wait, [...path, 'wait'], compiling),
      next: next(),
    };
  if (isEach(source)) {
    const body = Object.keys(source.do)[0];
    if (body === undefined)
      compiling.problems.push(
        problem('field-missing', [...path, 'do'], 'a loop has at least one step'),
      );
    return {
      kind: 'each',
      items: compileValue(source.each, [...path, 'each'], compiling),
      max: source.max,
      body: body ?? turnOf(step.id),
      next: next(),
    };
  }
  return { kind: 'end', outcome: source.end };
}

function compileLookup(source: LookupSource, step: FlatStep, compiling: Compiling): PlanStep {
  const call: CallSource = {
    capability: source.lookup,
    capabilityKey: 'lookup',
    connection: source.connection,
    input: source.input ?? {},
    path: step.path,
    role: roles.lookup,
  };
  const compiled = compileCall(call, compiling);
  const fields = Object.entries(source.select).map(([field, path]) => ({
    name: leadingNames(path)[0] ?? null,
    text: path,
    path: [...step.path, 'select', field],
  }));
  for (const field of fields) {
    const wrong = checkPath(field.text);
    if (wrong !== null) compiling.problems.push(problem('path-invalid', field.path, wrong));
  }
  checkFields(call, fields, compiling);
  return {
    kind: 'lookup',
    call: compiled?.call ?? noCall,
    select: source.select,
    required: source.required ?? false,
    next: nextOf(step, compiling),
  };
}

/** A ticket step names no product: the connection says which, so a playbook moves from one ticket system to another. */
function compileTicket(source: TicketSource, step: FlatStep, compiling: Compiling): PlanStep {
  const connector = compiling.context.connections?.get(source.connection) ?? 'board';
  const capability = `${connector}.ticket.${source.ticket}`;
  const call = compileCall(
    {
      capability,
      capabilityKey: 'ticket',
      connection: source.connection,
      input: source.input ?? {},
      path: step.path,
      role: roles.ticket,
    },
    compiling,
  );
  return {
    kind: 'ticket',
    verb: source.ticket,
    call: call?.call ?? noCall,
    purpose: source.purpose ?? '',
    form: source.form ?? 'full',
    next: nextOf(step, compiling),
  };
}
