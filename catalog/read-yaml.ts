import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { problem, type Problem, type RuleId, type SourcePath } from '../domain/compile-problem.ts';

/** A problem with the place where it is. Lines and columns count from 1. */
export interface LocatedProblem extends Omit<Problem, 'path'> {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Locate = (found: Problem) => LocatedProblem;

export type YamlFile =
  | { readonly kind: 'data'; readonly data: unknown; readonly locate: Locate }
  | { readonly kind: 'problems'; readonly problems: readonly LocatedProblem[] };

export const yamlLimits = { textChars: 262_144, aliases: 20, depth: 40, problems: 50 } as const;

/** SECURITY: keys that mean something to JavaScript never come out of a file. */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads one YAML 1.2 document of the core schema: no tags, few aliases, keys once and always texts. */
export function readYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const wrong = (message: string, offset: number): YamlFile => {
    const { rule, remedy } = problem('yaml-invalid', [], message);
    return { kind: 'problems', problems: [{ file, ...at(offset), rule, message, remedy }] };
  };
  if (text.length > yamlLimits.textChars)
    return wrong(`the file is larger than ${yamlLimits.textChars} characters`, 0);
  if (!text.isWellFormed()) return wrong('the file holds half a surrogate pair', 0);
  const document = parseDocument(text, {
    schema: 'core',
    merge: false,
    customTags: [],
    uniqueKeys: true,
    strict: true,
    lineCounter: lines,
    prettyErrors: false,
  });
  const [failure] = [...document.errors, ...document.warnings];
  if (failure !== undefined)
    return wrong(failure.message.split('\n')[0] ?? 'not YAML', failure.pos[0]);
  const bad = findBadNode(document.contents, 0);
  if (bad !== null) return wrong(bad.message, bad.offset);
  const locate: Locate = ({ path, ...found }) => ({
    ...found,
    file,
    ...at(offsetOf(document, path)),
  });
  try {
    return { kind: 'data', data: document.toJS({ maxAliasCount: yamlLimits.aliases }), locate };
  } catch {
    return wrong(`more than ${yamlLimits.aliases} aliases`, 0);
  }
}

function findBadNode(
  node: unknown,
  depth: number,
): { readonly message: string; readonly offset: number } | null {
  const offset = (value: unknown): number =>
    isScalar(value) || isMap(value) || isSeq(value) ? (value.range?.[0] ?? 0) : 0;
  if (depth > yamlLimits.depth)
    return { message: `nested deeper than ${yamlLimits.depth}`, offset: offset(node) };
  if (isScalar(node) && typeof node.value === 'string' && !node.value.isWellFormed())
    return { message: 'a text holds half a surrogate pair', offset: offset(node) };
  if (isScalar(node) && typeof node.value === 'string' && node.value.includes('\0'))
    return { message: 'a text holds a NUL character', offset: offset(node) };
  if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value))
    return { message: 'a number is not finite', offset: offset(node) };
  if (isSeq(node)) return firstBad(node.items, depth);
  if (!isMap(node)) return null;
  for (const pair of node.items) {
    if (!isScalar(pair.key) || typeof pair.key.value !== 'string')
      return { message: 'a key is not a text', offset: offset(pair.key) };
    if (forbiddenKeys.has(pair.key.value))
      return { message: `the key ${pair.key.value} is not allowed`, offset: offset(pair.key) };
  }
  return firstBad(
    node.items.map((pair) => pair.value),
    depth,
  );
}

function firstBad(nodes: readonly unknown[], depth: number): ReturnType<typeof findBadNode> {
  for (const node of nodes) {
    const found = findBadNode(node, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** The offset of the deepest part of `path` that the document has: of a key in a map, of an item in a list. */
function offsetOf(document: Document, path: SourcePath): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((each) => isScalar(each.key) && each.key.value === key);
      if (pair === undefined) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = typeof key === 'number' ? node.items[key] : undefined;
      if (isScalar(node) || isMap(node) || isSeq(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

/** Parses data by a zod schema; what is wrong becomes problems with paths below `base`. */
export function parseShape<Shape extends z.ZodType>(
  schema: Shape,
  data: unknown,
  base: SourcePath,
):
  | { readonly ok: true; readonly value: z.output<Shape> }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const parsed = schema.safeParse(data);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues
      .flatMap((issue) => problemsOf(issue, data, base))
      .slice(0, yamlLimits.problems),
  };
}

function problemsOf(issue: z.core.$ZodIssue, data: unknown, base: SourcePath): readonly Problem[] {
  const local = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  const path = [...base, ...local];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      problem('field-unknown', [...path, key], `the field ${key} is not known`),
    );
  if (issue.code === 'invalid_union')
    return [problem('field-invalid', path, 'the value is not of any shape that is allowed here')];
  if (valueAt(data, local) !== undefined) return [problem('field-invalid', path, issue.message)];
  const name = String(local.at(-1) ?? 'it');
  const rule: RuleId = name === 'max' ? 'unbounded-loop' : 'field-missing';
  return [
    problem(
      rule,
      path,
      rule === 'unbounded-loop' ? 'the loop has no bound' : `the field ${name} is missing`,
    ),
  ];
}

function valueAt(data: unknown, path: SourcePath): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key]; // an own key, as just checked
  }
  return value;
}
