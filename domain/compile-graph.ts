import type { PlanStep } from './plan.ts';

export type Steps = ReadonlyMap<string, PlanStep>;

/** One way on from a step; `label` is the field that names it. */
export interface Edge {
  readonly label: string;
  readonly to: string;
}

/**
 * The ways on from a step as its author wrote them. A loop is drawn open: its body leads, by the end of a turn, to
 * what follows the loop. So every cycle in the drawing is one that nothing bounds.
 */
export function edgesOf(step: PlanStep): readonly Edge[] {
  switch (step.kind) {
    case 'if':
      return [
        { label: 'then', to: step.then },
        { label: 'else', to: step.else },
      ];
    case 'gate':
      return [
        { label: 'approved', to: step.approved },
        { label: 'denied', to: step.denied },
        { label: 'expired', to: step.expired },
      ];
    case 'action':
      return [
        { label: 'next', to: step.next },
        { label: 'failed', to: step.failed },
      ];
    case 'each':
      return [
        { label: 'body', to: step.body },
        { label: 'next', to: step.next },
      ];
    case 'end':
    case 'endBody':
      return [];
    default:
      return [{ label: 'next', to: step.next }];
  }
}

/** The same step with each of its ways on renamed. */
export function retarget(step: PlanStep, rename: (to: string) => string): PlanStep {
  switch (step.kind) {
    case 'if':
      return { ...step, then: rename(step.then), else: rename(step.else) };
    case 'gate':
      return {
        ...step,
        approved: rename(step.approved),
        denied: rename(step.denied),
        expired: rename(step.expired),
      };
    case 'action':
      return { ...step, next: rename(step.next), failed: rename(step.failed) };
    case 'each':
      return { ...step, body: rename(step.body), next: rename(step.next) };
    case 'end':
    case 'endBody':
      return step;
    default:
      return { ...step, next: rename(step.next) };
  }
}

export interface Graph {
  readonly steps: Steps;
  readonly edges: ReadonlyMap<string, readonly Edge[]>;
}

export function drawGraph(steps: Steps): Graph {
  const edges = new Map([...steps].map(([id, step]) => [id, [...edgesOf(step)]]));
  for (const [id, step] of steps) {
    if (step.kind === 'each') edges.get(`${id}.turn`)?.push({ label: 'next', to: step.next });
  }
  return { steps, edges };
}

interface Without {
  readonly step?: string;
  readonly edge?: { readonly from: string; readonly label: string };
}

/** Every step that can be reached from `from` (itself included), without passing what is left out. */
export function reachable(graph: Graph, from: string, without: Without = {}): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id) || id === without.step || !graph.steps.has(id)) continue;
    found.add(id);
    for (const edge of graph.edges.get(id) ?? []) {
      if (without.edge?.from !== id || without.edge.label !== edge.label) open.push(edge.to);
    }
  }
  return found;
}

/** The first edge that closes a cycle, or null. */
export function findCycle(graph: Graph): { readonly from: string; readonly edge: Edge } | null {
  const done = new Set<string>();
  const above = new Set<string>();
  const visit = (id: string): { readonly from: string; readonly edge: Edge } | null => {
    above.add(id);
    for (const edge of graph.edges.get(id) ?? []) {
      if (above.has(edge.to)) return { from: id, edge };
      const below = done.has(edge.to) || !graph.steps.has(edge.to) ? null : visit(edge.to);
      if (below !== null) return below;
    }
    above.delete(id);
    done.add(id);
    return null;
  };
  for (const id of graph.steps.keys()) {
    const found = done.has(id) ? null : visit(id);
    if (found !== null) return found;
  }
  return null;
}

/** The most transitions that a run can make from `start` on, loops taken in full. Only for graphs without a cycle. */
export function longestRun(graph: Graph, start: string): number {
  const known = new Map<string, number>();
  const from = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const step = graph.steps.get(id);
    const total = step === undefined ? 0 : 1 + after(step, from);
    known.set(id, total);
    return total;
  };
  return from(start);
}

function after(step: PlanStep, from: (id: string) => number): number {
  if (step.kind === 'each') return step.max * from(step.body) + from(step.next);
  return Math.max(0, ...edgesOf(step).map((edge) => from(edge.to)));
}
