import { needsGate } from './capability.ts';
import {
  checkFields,
  compileCall,
  findCapability,
  grantsFor,
  noteMisfits,
  roles,
  type CallSource,
  type Compiling,
} from './compile-call.ts';
import type { FlatStep } from './compile-flatten.ts';
import { compileDuration, nextOf, noCall } from './compile-parts.ts';
import { problem, type SourcePath } from './compile-problem.ts';
import { compileCondition, compileInput } from './compile-values.ts';
import { readsOf } from './expression.ts';
import { checkPath } from './path.ts';
import { canonicalJson } from './digest.ts';
import type { Json } from './json.ts';
import type { ActionStep, PlanCall, PlanInput, PlanStep } from './plan.ts';
import type { ActionSource, GateSource } from './playbook.schema.ts';

export function compileGate(source: GateSource, step: FlatStep, compiling: Compiling): PlanStep {
  const expiresMs = compileDuration(source.expires, [...step.path, 'expires'], compiling);
  return {
    kind: 'gate',
    action: source.gate,
    evidence: compileInput(source.evidence, [...step.path, 'evidence'], compiling),
    expiresMs,
    remindMs:
      source.remind === undefined
        ? Math.floor(expiresMs / 2)
        : compileDuration(source.remind, [...step.path, 'remind'], compiling),
    approved: source.approved ?? source.gate,
    denied: source.denied,
    expired: source.expired ?? source.denied,
  };
}

export function compileAction(
  source: ActionSource,
  step: FlatStep,
  compiling: Compiling,
): PlanStep {
  const compiled = compileCall(
    {
      capability: source.action,
      capabilityKey: 'action',
      connection: source.connection,
      input: source.input,
      path: step.path,
      role: roles.action,
    },
    compiling,
  );
  const manifest = compiled?.manifest;
  const call = compiled?.call ?? noCall;
  if (manifest !== undefined && needsGate(manifest.effect) && source.gate === undefined) {
    compiling.problems.push(
      problem(
        'gate-missing',
        [...step.path, 'action'],
        `${manifest.name} is ${manifest.effect} and needs a gate`,
      ),
    );
  }
  const target = manifest?.target == null ? undefined : call.input[manifest.target.field];
  return {
    kind: 'action',
    call,
    gate: source.gate ?? null,
    target: target ?? { kind: 'literal', value: null },
    undo:
      manifest === undefined
        ? null
        : compileUndo(source, { step, call, declared: manifest.undo }, compiling),
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

function compileUndo(
  source: ActionSource,
  { step, call, declared }: UndoPlace,
  compiling: Compiling,
): ActionStep['undo'] {
  const path = [...step.path, 'undo'];
  if (source.undo === undefined) {
    if (declared !== null)
      compiling.problems.push(
        problem('undo-missing', step.path, {
          message: `${source.action} has an undo`,
          remedy: `Add undo: {capability: ${declared}}.`,
        }),
      );
    return null;
  }
  if (source.undo.capability !== declared) {
    const what =
      declared === null
        ? `${source.action} has no undo`
        : `the undo of ${source.action} is ${declared}`;
    compiling.problems.push(problem('undo-mismatch', [...path, 'capability'], what));
    return null;
  }
  const found = findCapability(source.undo.capability, [...path, 'capability'], compiling);
  const input =
    source.undo.input === undefined
      ? call.input
      : compileInput(source.undo.input, [...path, 'input'], compiling);
  if (found !== null) {
    const at = source.undo.input === undefined ? path : [...path, 'input'];
    noteMisfits({ input, manifest: found.manifest, filled: [], path: at }, compiling);
    checkUndoTarget({ field: found.manifest.target?.field, input, call, path: at }, compiling);
  }
  if (
    grantsFor({ connection: source.connection, capability: source.undo.capability }, compiling)
      ?.length === 0
  ) {
    compiling.problems.push(
      problem(
        'GRANT_MISSING',
        path,
        `${compiling.playbook} may not use ${source.undo.capability} on ${source.connection}`,
      ),
    );
  }
  return { capability: source.undo.capability, input };
}

interface UndoTarget {
  readonly field: string | undefined;
  readonly input: PlanInput;
  readonly call: PlanCall;
  readonly path: SourcePath;
}

/** SECURITY: who approves an action approves its undo with it; so the undo may touch the same thing only. */
function checkUndoTarget({ field, input, call, path }: UndoTarget, compiling: Compiling): void {
  if (
    field === undefined ||
    canonicalJson(targetOf(input, field)) === canonicalJson(targetOf(call.input, field))
  )
    return;
  compiling.problems.push(
    problem('undo-mismatch', [...path, field], {
      message: 'the undo is for another target than the action',
      remedy: `Give ${field} as the action does.`,
    }),
  );
}

function targetOf(input: PlanInput, field: string): Json {
  return Object.hasOwn(input, field) ? (input[field] ?? null) : null;
}

function compileVerify(
  source: ActionSource,
  step: FlatStep,
  compiling: Compiling,
): ActionStep['verify'] {
  if (source.verify === undefined) return null;
  const path = [...step.path, 'verify'];
  const call: CallSource = {
    capability: source.verify.capability,
    capabilityKey: 'capability',
    connection: source.connection,
    input: source.verify.input,
    path,
    role: roles.verify,
  };
  const compiled = compileCall(call, compiling);
  const condition = compileCondition(source.verify.when, [...path, 'when'], {
    ...compiling,
    answer: true,
  });
  const when = [...path, 'when'];
  const read = readsOf(source.verify.when).flatMap(([root, field]) =>
    root === 'answer' ? [field ?? null] : [],
  );
  if (read.includes(null))
    compiling.problems.push(
      problem('reference-unknown', when, {
        message: 'the whole answer is read',
        remedy: 'Name its fields, as in answer.status.',
      }),
    );
  const fields = [...new Set(read)].filter((field) => field !== null);
  for (const field of fields.filter((each) => checkPath(`$.${each}`) !== null))
    compiling.problems.push(problem('path-invalid', when, `the field ${field} cannot be selected`));
  checkFields(
    call,
    fields.map((name) => ({ name, path: when })),
    compiling,
  );
  return compiled === null
    ? null
    : {
        call: compiled.call,
        condition,
        select: Object.fromEntries(fields.map((field) => [field, `$.${field}`])),
      };
}
