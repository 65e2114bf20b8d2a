import { compileStep } from './compile-steps.ts';
import type { CompileContext, Compiling } from './compile-call.ts';
import { continueWord, flatten, turnOf, type FlatStep } from './compile-flatten.ts';
import {
  drawGraph,
  edgesOf,
  findCycle,
  longestRun,
  reachable,
  retarget,
  type Graph,
} from './compile-graph.ts';
import { problem, type Problem } from './compile-problem.ts';
import { checkReference, type PlacedReference } from './compile-references.ts';
import { canonicalJson, digestOf } from './digest.ts';
import { asJson } from './json.ts';
import { planLimits, type ActionStep, type Plan, type PlanStep } from './plan.ts';
import type { PlaybookSource } from './playbook.schema.ts';

export type Compiled =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly digest: string }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Compiles a playbook to its frozen plan, or says everything that is wrong with it. Pure: same input, same digest. */
export function compilePlaybook(source: PlaybookSource, context: CompileContext): Compiled {
  const flat = flatten(source);
  const problems: Problem[] = [...flat.problems];
  const { steps, references } = compileSteps(flat.steps, {
    playbook: source.playbook,
    context,
    problems,
    references: [],
  });
  const start = source.start ?? Object.keys(source.steps)[0] ?? '';
  if (!steps.has(start))
    problems.push(
      problem(
        'step-unknown',
        source.start === undefined ? ['steps'] : ['start'],
        `there is no step ${start || 'at all'}`,
      ),
    );
  problems.push(...checkTargets(steps, flat.steps));
  const graph = drawGraph(steps);
  const targetsHold = problems.every(
    (found) =>
      found.rule !== 'step-unknown' &&
      found.rule !== 'step-open' &&
      found.rule !== 'loop-escape' &&
      found.rule !== 'name-duplicate',
  );
  if (targetsHold) problems.push(...checkFlow(graph, { start, flat: flat.steps, references }));
  const plan: Plan = {
    schema: 1,
    name: source.playbook,
    version: source.version,
    title: source.title,
    author: source.author,
    runbook: source.runbook ?? '',
    start,
    steps: Object.fromEntries(steps),
  };
  problems.push(...checkSize(plan));
  if (problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'plan', plan, digest: planDigest(plan) };
}

export function planDigest(plan: Plan): string {
  return digestOf('sallyport/plan/v1', asJson(plan));
}

interface CompiledSteps {
  readonly steps: Map<string, PlanStep>;
  readonly references: readonly PlacedReference[];
}

function compileSteps(flat: ReadonlyMap<string, FlatStep>, compiling: Compiling): CompiledSteps {
  const steps = new Map<string, PlanStep>();
  const references: PlacedReference[] = [];
  for (const step of flat.values()) {
    const own: Compiling = { ...compiling, references: [] };
    const { loop } = step;
    const compiled = retarget(compileStep(step, own), (to) =>
      to === continueWord && loop !== null ? turnOf(loop) : to,
    );
    steps.set(step.id, compiled);
    if (compiled.kind === 'each') steps.set(turnOf(step.id), { kind: 'endBody', outcome: '' });
    for (const reference of own.references) {
      references.push({
        ...reference,
        owner: step.id,
        after: reference.path[step.path.length] === 'verify',
        inLoop: loop !== null,
      });
    }
  }
  return { steps, references };
}

/** Each way on leads to a step, and none leaves a loop but to an end of the run. */
function checkTargets(
  steps: ReadonlyMap<string, PlanStep>,
  flat: ReadonlyMap<string, FlatStep>,
): readonly Problem[] {
  const problems: Problem[] = [];
  const loopOf = (id: string): string | null =>
    flat.get(id)?.loop ?? (id.endsWith('.turn') ? id.slice(0, -'.turn'.length) : null);
  for (const [id, step] of steps) {
    const from = flat.get(id);
    if (from === undefined) continue;
    for (const edge of edgesOf(step)) {
      const target = steps.get(edge.to);
      const path = [...from.path, ...(Object.hasOwn(from.source, edge.label) ? [edge.label] : [])];
      const inner = edge.label === 'body' ? id : from.loop;
      if (edge.to === '') continue; // noted as step-open
      if (target === undefined)
        problems.push(problem('step-unknown', path, `there is no step ${edge.to}`));
      else if (loopOf(edge.to) !== inner && !(target.kind === 'end' && loopOf(edge.to) === null)) {
        problems.push(problem('loop-escape', path, `${edge.to} is not in the same loop as ${id}`));
      }
    }
  }
  return problems;
}

interface Flow {
  readonly start: string;
  readonly flat: ReadonlyMap<string, FlatStep>;
  readonly references: readonly PlacedReference[];
}

function checkFlow(graph: Graph, { start, flat, references }: Flow): readonly Problem[] {
  const pathTo = (id: string): FlatStep['path'] => flat.get(id)?.path ?? ['steps'];
  const cycle = findCycle(graph);
  if (cycle !== null)
    return [problem('cycle', pathTo(cycle.from), `${cycle.from} leads back to ${cycle.edge.to}`)];
  const reached = reachable(graph, start);
  const problems: Problem[] = [];
  for (const id of flat.keys())
    if (!reached.has(id))
      problems.push(problem('step-unreachable', pathTo(id), `nothing leads to ${id}`));
  for (const [id, step] of graph.steps)
    problems.push(...checkGate(graph, { id, step, start, flat }));
  for (const reference of references)
    problems.push(
      ...[checkReference(reference, { graph, start })].filter((found) => found !== null),
    );
  const longest = longestRun(graph, start);
  if (longest > planLimits.transitions)
    problems.push(
      problem(
        'too-many-transitions',
        ['steps'],
        `a run may take ${longest} steps; at most ${planLimits.transitions} are allowed`,
      ),
    );
  return problems;
}

interface GateCheck {
  readonly id: string;
  readonly step: PlanStep;
  readonly start: string;
  readonly flat: ReadonlyMap<string, FlatStep>;
}

/** SECURITY: an action with a gate is reached only through that gate's approved branch, whatever else happens. */
function checkGate(graph: Graph, { id, step, start, flat }: GateCheck): readonly Problem[] {
  const path = flat.get(id)?.path ?? ['steps'];
  if (step.kind === 'gate') {
    const action = graph.steps.get(step.action);
    if (action?.kind === 'action' && action.gate === id) return [];
    return [
      problem(
        'gate-mismatch',
        [...path, 'gate'],
        `${step.action} is not an action that names ${id} as its gate`,
      ),
    ];
  }
  if (step.kind !== 'action' || step.gate === null) return [];
  if (
    !isOwnGate(graph, { id, gate: step.gate }) ||
    flat.get(step.gate)?.loop !== flat.get(id)?.loop
  ) {
    return [problem('gate-mismatch', [...path, 'gate'], `${step.gate} is not a gate for ${id}`)];
  }
  const around = reachable(graph, start, { edge: { from: step.gate, label: 'approved' } });
  if (!around.has(id)) return [];
  return [
    problem('gate-bypassed', path, `${id} can be reached without the approval of ${step.gate}`),
  ];
}

function isOwnGate(
  graph: Graph,
  { id, gate }: { readonly id: string; readonly gate: NonNullable<ActionStep['gate']> },
): boolean {
  const step = graph.steps.get(gate);
  return step?.kind === 'gate' && step.action === id;
}

function checkSize(plan: Plan): readonly Problem[] {
  const count = Object.keys(plan.steps).length;
  if (count > planLimits.steps)
    return [
      problem(
        'size-exceeded',
        ['steps'],
        `the plan has ${count} steps; at most ${planLimits.steps} are allowed`,
      ),
    ];
  const bytes = canonicalJson(asJson(plan)).length; // as in planDigest
  if (bytes > planLimits.planBytes)
    return [
      problem('size-exceeded', ['steps'], `the plan is larger than ${planLimits.planBytes} bytes`),
    ];
  return [];
}
