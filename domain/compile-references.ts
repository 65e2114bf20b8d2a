import { problem, type Problem } from './compile-problem.ts';
import { reachable, type Graph } from './compile-graph.ts';
import type { Reference } from './compile-values.ts';
import type { PlanStep } from './plan.ts';

/** A read of the run's data and where in the run it happens. */
export interface PlacedReference extends Reference {
  readonly owner: string;
  /** Read when the step's own work is done: the verification of an action. */
  readonly after: boolean;
  readonly inLoop: boolean;
}

export interface Scene {
  readonly graph: Graph;
  readonly start: string;
}

/** Judges what a step reads: it must exist, must be able to have run, and must be certain or guarded. */
export function checkReference(reference: PlacedReference, scene: Scene): Problem | null {
  const [root, id, field] = reference.names;
  if (root === 'item' && !reference.inLoop)
    return problem('reference-unknown', reference.path, 'item is known only inside a loop');
  if (root !== 'steps') return null;
  if (id === undefined)
    return problem('reference-unknown', reference.path, 'name the step, as in steps.asset');
  const step = scene.graph.steps.get(id);
  if (step === undefined || !yields(step))
    return problem(
      'reference-unknown',
      reference.path,
      step === undefined ? `there is no step ${id}` : `the step ${id} yields nothing`,
    );
  if (field !== undefined && !hasField(step, field))
    return problem('reference-unknown', reference.path, `the step ${id} yields no field ${field}`);
  const position = positionOf(reference, scene);
  if (id === position ? !reference.after : !reachable(scene.graph, id).has(position)) {
    return problem(
      'reference-too-early',
      reference.path,
      `${id} cannot have run when this is read (at ${position})`,
    );
  }
  if (isSure(reference, { id, step, position }, scene)) return null;
  return problem(
    'reference-unsure',
    reference.path,
    `${id} may have given no answer when this is read`,
  );
}

/** What a gated action needs is resolved when its gate asks: that is the text which people vote on. */
function positionOf(reference: PlacedReference, scene: Scene): string {
  const owner = scene.graph.steps.get(reference.owner);
  return owner?.kind === 'action' && owner.gate !== null && !reference.after
    ? owner.gate
    : reference.owner;
}

const yields = (step: PlanStep): boolean =>
  step.kind === 'lookup' ||
  step.kind === 'ticket' ||
  step.kind === 'notify' ||
  step.kind === 'gate' ||
  step.kind === 'action';

function hasField(step: PlanStep, field: string): boolean {
  if (step.kind === 'lookup')
    return Object.hasOwn(step.select, field) || Object.hasOwn(step.select, '*');
  return step.kind !== 'gate' || field === 'decision' || field === 'detail';
}

interface Source {
  readonly id: string;
  readonly step: PlanStep;
  readonly position: string;
}

function isSure(reference: PlacedReference, source: Source, scene: Scene): boolean {
  if (!reference.certain && reference.tests.length === 0) return true;
  const tested = (length: number): boolean =>
    reference.tests.some(
      (names) =>
        names.length === length && names.every((name, index) => name === reference.names[index]),
    );
  const ran = alwaysRan(source, scene) || tested(2);
  const answered =
    reference.names.length < 3 ||
    source.step.kind !== 'lookup' ||
    source.step.required ||
    tested(3);
  return ran && answered;
}

function alwaysRan({ id, step, position }: Source, scene: Scene): boolean {
  if (step.kind === 'notify') return false;
  if (
    step.kind === 'action' &&
    id !== position &&
    reachable(scene.graph, step.failed).has(position)
  )
    return false;
  return id === position || !reachable(scene.graph, scene.start, { step: id }).has(position);
}
