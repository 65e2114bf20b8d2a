import { needsGate } from './capability.ts';
import { checkFields, compileCall, findCapability, grantsFor, noteMisfits, roles, type CallSource, type Compiling } from './compile-call.ts';
import { isEach, turnOf, type FlatStep } from './compile-flatten.ts';
import { problem } from './compile-problem.ts';
import { compileCondition, compileInput, compileValue } from './compile-values.ts';
import { parseDuration } from './duration.ts';
import { readsOf } from './expression.ts';
import { checkPath, leadingNames } from './path.ts';
import { planLimits, type ActionStep, type PlanCall, type PlanStep } from './plan.ts';
import type { ActionSource, GateSource, LookupSource, TicketSource } from './playbook.schema.ts';

/** What stands in a plan that is not going to be used, because compiling it found problems. */
const nowhere = '';

/** Turns one step into its compiled form. Where something is wrong the problem is noted and a stand-in returned. */
export function compileStep(step: FlatStep, compiling: Compiling): PlanStep {
  const { source, path } = step;
  const next = (): string => nextOf(step, compiling);
  if ('lookup' in source) return compileLookup(source, step, compiling);
  if ('if' in source) return { kind: 'if', condition: compileCondition(source.if, [...path, 'if'], compiling), then: source.then, else: source.else };
  if ('ticket' in source) return compileTicket(source, step, compiling);
  if ('notify' in source) {
    const call = compileCall({ capability: source.notify, capabilityKey: 'notify', connection: source.connection, input: source.input, path, role: roles.notify }, compiling);
    return { kind: 'notify', call: call?.call ?? noCall, next: next() };
  }
  if ('action' in source) return compileAction(source, step, compiling);
  if ('gate' in source) return compileGate(source, step, compiling);
  if ('wait' in source) return { kind: 'wait', durationMs: duration(source.wait, [...path, 'wait'], compiling), next: next() };
  if (isEach(source)) {
    const body = Object.keys(source.do)[0];
    if (body === undefined) compiling.problems.push(problem('field-missing', [...path, 'do'], 'a loop has at least one step'));
    return { kind: 'each', items: compileValue(source.each, [...path, 'each'], compiling), max: source.max, body: body ?? turnOf(step.id), next: next() };
  }
  return { kind: 'end', outcome: source.end };
}

const noCall: PlanCall = { capability: nowhere, connectorVersion: nowhere, connection: nowhere, effect: 'read', privilege: 'lookup', input: {} };

function nextOf(step: FlatStep, compiling: Compiling): string {
  const next = 'next' in step.source ? step.source.next : undefined;
  if (next !== undefined) return next;
  if (step.following !== null) return step.following;
  compiling.problems.push(problem('step-open', step.path, `nothing follows ${step.id}`));
  return nowhere;
}

function compileLookup(source: LookupSource, step: FlatStep, compiling: Compiling): PlanStep {
  const call: CallSource = { capability: source.lookup, capabilityKey: 'lookup', connection: source.connection, input: source.input ?? {}, path: step.path, role: roles.lookup };
  const compiled = compileCall(call, compiling);
  const fields = Object.entries(source.select).map(([field, path]) => ({ name: leadingNames(path)[0] ?? null, text: path, path: [...step.path, 'select', field] }));
  for (const field of fields) {
    const wrong = checkPath(field.text);
    if (wrong !== null) compiling.problems.push(problem('path-invalid', field.path, wrong));
  }
  checkFields(call, fields, compiling);
  return { kind: 'lookup', call: compiled?.call ?? noCall, select: source.select, required: source.required ?? false, next: nextOf(step, compiling) };
}

/** A ticket step names no product: the connection says which, so a playbook moves from one ticket system to another. */
function compileTicket(source: TicketSource, step: FlatStep, compiling: Compiling): PlanStep {
  const connector = compiling.context.connections?.get(source.connection) ?? 'board';
  const capability = `${connector}.ticket.${source.ticket}`;
  const call = compileCall({ capability, capabilityKey: 'ticket', connection: source.connection, input: source.input ?? {}, path: step.path, role: roles.ticket }, compiling);
  return {
    kind: 'ticket',
    verb: source.ticket,
    call: call?.call ?? noCall,
    purpose: source.purpose ?? '',
    form: source.form ?? 'full',
    next: nextOf(step, compiling),
  };
}

function compileGate(source: GateSource, step: FlatStep, compiling: Compiling): PlanStep {
  const expiresMs = duration(source.expires, [...step.path, 'expires'], compiling);
  return {
    kind: 'gate',
    action: source.gate,
    evidence: compileInput(source.evidence, [...step.path, 'evidence'], compiling),
    expiresMs,
    remindMs: source.remind === undefined ? Math.floor(expiresMs / 2) : duration(source.remind, [...step.path, 'remind'], compiling),
    approved: source.approved ?? source.gate,
    denied: source.denied,
    expired: source.expired ?? source.denied,
  };
}

function compileAction(source: ActionSource, step: FlatStep, compiling: Compiling): PlanStep {
  const compiled = compileCall({ capability: source.action, capabilityKey: 'action', connection: source.connection, input: source.input, path: step.path, role: roles.action }, compiling);
  const manifest = compiled?.manifest;
  const call = compiled?.call ?? noCall;
  if (manifest !== undefined && needsGate(manifest.effect) && source.gate === undefined) {
    compiling.problems.push(problem('gate-missing', [...step.path, 'action'], `${manifest.name} is ${manifest.effect} and needs a gate`));
  }
  const target = manifest?.target == null ? undefined : call.input[manifest.target.field];
  return {
    kind: 'action',
    call,
    gate: source.gate ?? null,
    target: target ?? { kind: 'literal', value: null },
    undo: manifest === undefined ? null : compileUndo(source, { step, call, declared: manifest.undo }, compiling),
    verify: compileVerify(source, step, compiling),
    next: nextOf(step, compiling),
    failed: source.failed,
  };
}

interface UndoPlace {
  readonly step: FlatStep;
  readonly call: PlanCall;
  readonly declared: string | null;
}

function compileUndo(source: ActionSource, { step, call, declared }: UndoPlace, compiling: Compiling): ActionStep['undo'] {
  const path = [...step.path, 'undo'];
  if (source.undo === undefined) {
    if (declared !== null) compiling.problems.push(problem('undo-missing', step.path, `${source.action} has an undo`, `Add undo: {capability: ${declared}}.`));
    return null;
  }
  if (source.undo.capability !== declared) {
    const what = declared === null ? `${source.action} has no undo` : `the undo of ${source.action} is ${declared}`;
    compiling.problems.push(problem('undo-mismatch', [...path, 'capability'], what));
    return null;
  }
  const found = findCapability(source.undo.capability, [...path, 'capability'], compiling);
  const input = source.undo.input === undefined ? call.input : compileInput(source.undo.input, [...path, 'input'], compiling);
  if (found !== null) noteMisfits({ input, manifest: found.manifest, filled: [], path: source.undo.input === undefined ? path : [...path, 'input'] }, compiling);
  if (grantsFor({ connection: source.connection, capability: source.undo.capability }, compiling)?.length === 0) {
    compiling.problems.push(problem('GRANT_MISSING', path, `${compiling.playbook} may not use ${source.undo.capability} on ${source.connection}`));
  }
  return { capability: source.undo.capability, input };
}

function compileVerify(source: ActionSource, step: FlatStep, compiling: Compiling): ActionStep['verify'] {
  if (source.verify === undefined) return null;
  const path = [...step.path, 'verify'];
  const call: CallSource = { capability: source.verify.capability, capabilityKey: 'capability', connection: source.connection, input: source.verify.input, path, role: roles.verify };
  const compiled = compileCall(call, compiling);
  const condition = compileCondition(source.verify.when, [...path, 'when'], { ...compiling, answer: true });
  const when = [...path, 'when'];
  const read = readsOf(source.verify.when).flatMap(([root, field]) => (root === 'answer' ? [field ?? null] : []));
  if (read.includes(null)) compiling.problems.push(problem('reference-unknown', when, 'the whole answer is read', 'Name its fields, as in answer.status.'));
  const fields = [...new Set(read)].filter((field) => field !== null);
  for (const field of fields.filter((each) => checkPath(`$.${each}`) !== null)) compiling.problems.push(problem('path-invalid', when, `the field ${field} cannot be selected`));
  checkFields(call, fields.map((name) => ({ name, path: when })), compiling);
  return compiled === null ? null : { call: compiled.call, condition, select: Object.fromEntries(fields.map((field) => [field, `$.${field}`])) };
}

function duration(text: string, path: FlatStep['path'], compiling: Compiling): number {
  const ms = parseDuration(text);
  if (ms === null || ms > planLimits.waitMsMax) compiling.problems.push(problem('duration-invalid', path, `${text} is more than 30 days`));
  return ms ?? 0;
}
