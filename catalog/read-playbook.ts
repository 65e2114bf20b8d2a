import { basename } from 'node:path';
import type { CompileContext } from '../domain/compile-call.ts';
import { compilePlaybook } from '../domain/compile.ts';
import { problem, type Problem, type SourcePath } from '../domain/compile-problem.ts';
import type { Plan } from '../domain/plan.ts';
import {
  playbookHead,
  stepShapes,
  type PlaybookSource,
  type StepSource,
} from '../domain/playbook.schema.ts';
import { parseShape, readYaml, type LocatedProblem } from './read-yaml.ts';

export type ReadPlaybook =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly digest: string }
  | { readonly kind: 'problems'; readonly problems: readonly LocatedProblem[] };

/** From the text of a playbook file to its plan, or to everything that is wrong with it, with places. */
export function readPlaybook(file: string, text: string, context: CompileContext): ReadPlaybook {
  const yaml = readYaml(file, text);
  if (yaml.kind === 'problems') return yaml;
  const parsed = parsePlaybook(yaml.data);
  const problems = [...parsed.problems];
  if (parsed.source === null) return { kind: 'problems', problems: problems.map(yaml.locate) };
  const expected = basename(file).replace(/\.ya?ml$/, '');
  if (parsed.source.playbook !== expected)
    problems.push(
      problem(
        'name-mismatch',
        ['playbook'],
        `the file is named ${expected}, the playbook ${parsed.source.playbook}`,
      ),
    );
  const compiled = compilePlaybook(parsed.source, context);
  if (compiled.kind === 'problems') problems.push(...compiled.problems);
  if (compiled.kind === 'problems' || problems.length > 0)
    return { kind: 'problems', problems: problems.map(yaml.locate) };
  return { kind: 'plan', plan: compiled.plan, digest: compiled.digest };
}

interface Parsed {
  readonly source: PlaybookSource | null;
  readonly problems: readonly Problem[];
}

function parsePlaybook(data: unknown): Parsed {
  const head = parseShape(playbookHead, data, []);
  if (!head.ok) return { source: null, problems: head.problems };
  const problems: Problem[] = [];
  const steps = parseSteps(head.value.steps, ['steps'], problems);
  return { source: problems.length > 0 ? null : { ...head.value, steps }, problems };
}

/** Steps one by one, each by the shape of its kind, so that an error names the step and its field. */
function parseSteps(
  list: Readonly<Record<string, unknown>>,
  path: SourcePath,
  problems: Problem[],
): Record<string, StepSource> {
  const steps: Record<string, StepSource> = {};
  for (const [id, data] of Object.entries(list)) {
    const step = parseStep(data, [...path, id], problems);
    if (step !== null) steps[id] = step;
  }
  return steps;
}

type Kind = keyof typeof stepShapes;
const kinds = Object.keys(stepShapes) as Kind[]; // the keys of a const object

function parseStep(data: unknown, path: SourcePath, problems: Problem[]): StepSource | null {
  const kind = kindOf(data);
  if (kind === null) {
    problems.push(problem('kind-unclear', path, 'the step has no kind, or more than one'));
    return null;
  }
  const parsed = parseShape(stepShapes[kind], data, path);
  if (!parsed.ok) {
    problems.push(...parsed.problems);
    return null;
  }
  if (!('each' in parsed.value)) return parsed.value;
  const { do: body, each, max, next } = parsed.value;
  return {
    each,
    max,
    do: parseSteps(body, [...path, 'do'], problems),
    ...(next === undefined ? {} : { next }),
  };
}

/** An action names its gate, so `gate` beside `action` is no second kind. */
function kindOf(data: unknown): Kind | null {
  if (typeof data !== 'object' || data === null) return null;
  const present = kinds.filter((kind) => Object.hasOwn(data, kind));
  const only =
    present.length === 2 && present.includes('action') && present.includes('gate')
      ? ['action' as const]
      : present;
  return only.length === 1 ? (only[0] ?? null) : null;
}
