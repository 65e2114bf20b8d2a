import { problem, type Problem, type SourcePath } from './compile-problem.ts';
import { checkExpression, factRoots, readsOf, testsOf } from './expression.ts';
import { isObject } from './json.ts';
import { checkPath, leadingNames } from './path.ts';
import type { PlanInput, PlanValue } from './plan.ts';
import type { ValueSource } from './playbook.schema.ts';

/** One read of the run's data, judged once the graph is known. */
export interface Reference {
  readonly names: readonly string[];
  /** False where the reader can do without: a path with a fallback, a presence test. */
  readonly certain: boolean;
  /** What the same expression tests by has(…). */
  readonly tests: readonly (readonly string[])[];
  readonly path: SourcePath;
}

/** Collects what compiling finds: problems, and references to be judged later. */
export interface Findings {
  readonly problems: Problem[];
  readonly references: Reference[];
}

/** Turns a value as written into one of the plan; `{path}` and `{cel}` are checked here. */
export function compileValue(source: ValueSource, path: SourcePath, found: Findings): PlanValue {
  if (!isStructure(source)) return { kind: 'literal', value: source };
  if (Array.isArray(source)) {
    const items = (source as readonly ValueSource[]).map((item, index) =>
      compileValue(item, [...path, index], found),
    );
    const literals = items.flatMap((item) => (item.kind === 'literal' ? [item.value] : []));
    return literals.length === items.length
      ? { kind: 'literal', value: literals }
      : { kind: 'list', items };
  }
  const record = source as { readonly [name: string]: ValueSource };
  if (Object.hasOwn(record, 'path') || Object.hasOwn(record, 'cel'))
    return compileReader(record, path, found);
  const fields = compileInput(record, path, found);
  const literals = Object.entries(fields).flatMap(([name, value]) =>
    value.kind === 'literal' ? [[name, value.value] as const] : [],
  );
  if (literals.length < Object.keys(fields).length) return { kind: 'record', fields };
  return { kind: 'literal', value: Object.fromEntries(literals) };
}

export function compileInput(
  source: { readonly [name: string]: ValueSource },
  path: SourcePath,
  found: Findings,
): PlanInput {
  return Object.fromEntries(
    Object.entries(source).map(([name, value]) => [
      name,
      compileValue(value, [...path, name], found),
    ]),
  );
}

/** Checks a condition and notes what it reads. `answer` is known only where `verify` asks. */
export function compileCondition(
  source: string,
  path: SourcePath,
  found: Findings & { readonly answer?: boolean },
): string {
  const wrong = checkExpression(source);
  if (wrong !== null) found.problems.push(problem('expression-invalid', path, wrong));
  const tests = testsOf(source);
  for (const names of readsOf(source)) {
    if (names[0] === 'answer') {
      if (found.answer !== true)
        found.problems.push(
          problem('reference-unknown', path, 'answer is known only in the condition of verify'),
        );
      continue;
    }
    found.references.push({
      names,
      certain: !tests.some((tested) => same(tested, names)),
      tests,
      path,
    });
  }
  return source;
}

function compileReader(
  record: { readonly [name: string]: ValueSource },
  path: SourcePath,
  found: Findings,
): PlanValue {
  const extra = Object.keys(record).find(
    (key) => key !== 'path' && key !== 'fallback' && key !== 'cel',
  );
  if (extra !== undefined || (Object.hasOwn(record, 'cel') && Object.keys(record).length > 1)) {
    found.problems.push(
      problem('value-unclear', path, 'a value with `path` or `cel` has other keys beside it'),
    );
    return { kind: 'literal', value: null };
  }
  const source = record['cel'] ?? record['path'];
  if (typeof source !== 'string') {
    found.problems.push(problem('value-unclear', path, '`path` and `cel` are texts'));
    return { kind: 'literal', value: null };
  }
  if (Object.hasOwn(record, 'cel'))
    return { kind: 'cel', source: compileCondition(source, [...path, 'cel'], found) };
  return compilePath(source, record['fallback'], { path: [...path, 'path'], found });
}

function compilePath(
  source: string,
  fallback: ValueSource | undefined,
  at: { readonly path: SourcePath; readonly found: Findings },
): PlanValue {
  const { path, found } = at;
  const wrong = checkPath(source);
  const names = leadingNames(source);
  if (wrong !== null) found.problems.push(problem('path-invalid', path, wrong));
  else if (!isRoot(names[0]))
    found.problems.push(
      problem(
        'reference-unknown',
        path,
        `a path starts with one of ${pathRoots.map((root) => `$.${root}`).join(', ')}`,
      ),
    );
  else found.references.push({ names, certain: fallback === undefined, tests: [], path });
  if (fallback === undefined) return { kind: 'path', path: source };
  // The schema admits nothing but JSON; what looks like a reader in a fallback stays the text that it is.
  return { kind: 'path', path: source, fallback };
}

const pathRoots = factRoots.filter((root) => root !== 'answer');
const isRoot = (name: string | undefined): boolean => pathRoots.some((root) => root === name);

function isStructure(
  source: ValueSource,
): source is Exclude<ValueSource, null | boolean | number | string> {
  return isObject(source) || Array.isArray(source);
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
