import { problem, type Problem, type SourcePath } from './compile-problem.ts';
import type { EachSource, PlaybookSource, StepSource } from './playbook.schema.ts';

/** A step out of its nesting: where it stands in the file, which loop it is in, and what follows it by order. */
export interface FlatStep {
  readonly id: string;
  readonly source: StepSource;
  readonly path: SourcePath;
  readonly loop: string | null;
  /** The step after it in its list; null for the last one of the playbook. */
  readonly following: string | null;
}

export interface FlatPlaybook {
  readonly steps: ReadonlyMap<string, FlatStep>;
  readonly problems: readonly Problem[];
}

/** The step that ends one turn of a loop; made here, so no author's step can have its name. */
export const turnOf = (each: string): string => `${each}.turn`;

/** The word by which a step of a loop goes on with the next turn. */
export const continueWord = 'continue';

export const isEach = (source: StepSource): source is EachSource => 'each' in source;

export function flatten(source: PlaybookSource): FlatPlaybook {
  const steps = new Map<string, FlatStep>();
  const problems: Problem[] = [];
  const visit = (list: Record<string, StepSource>, path: SourcePath, loop: string | null): void => {
    const ids = Object.keys(list);
    for (const [index, id] of ids.entries()) {
      const step = list[id];
      if (step === undefined) continue;
      const here = [...path, id];
      if (steps.has(id))
        problems.push(problem('name-duplicate', here, `there are two steps named ${id}`));
      if (id === continueWord)
        problems.push(
          problem('name-duplicate', here, `${continueWord} is a word of the language, not a step`),
        );
      const following = ids[index + 1] ?? (loop === null ? null : turnOf(loop));
      steps.set(id, { id, source: step, path: here, loop, following });
      if (isEach(step)) visit(step.do, [...here, 'do'], id);
    }
  };
  visit(source.steps, ['steps'], null);
  return { steps, problems };
}
