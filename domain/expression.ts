import {
  CelScalar,
  celEnv,
  celFunc,
  celListConcat,
  celMap,
  isCelError,
  isCelList,
  isCelMap,
  listType,
  parse,
  plan,
} from '@bufbuild/cel';
import type { CelInput, CelList, CelValue } from '@bufbuild/cel';
import { checkSource, loopCap, survey, type Expr, type Survey } from './expression-bounds.ts';
import { expressionLimits } from './expression-limits.ts';
import { failed, firstLine, fromCel, toCel } from './cel-values.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** The names under which an expression finds the run's data. */
export const factRoots = ['incident', 'finding', 'triage', 'steps', 'item', 'answer'] as const;
const roots: ReadonlySet<string> = new Set(factRoots);

type Evaluate = (bindings: Record<string, CelInput>) => unknown;
interface Program {
  readonly problem: string | null;
  readonly survey: Survey;
  readonly needs: ReadonlyMap<string, ReadonlySet<string> | null>;
  readonly run: Evaluate | null;
}

/** Facts in CEL's shape, each part converted when an expression first reads it; keep it for many rules over one incident. */
export interface PreparedFacts {
  readonly facts: JsonObject;
  readonly converted: Map<string, CelInput>;
}

const programsMax = 2_000;
// DETERMINISM: a memo of a pure function of the source; a hit and a miss give the same program.
const programs = new Map<string, Program>();

const dynamicList = listType(CelScalar.DYN);
/** Called around every loop's range: the static cost assumed no more items than this. */
const boundedRange = '@bounded';
const environment = celEnv({
  funcs: [
    celFunc('_+_', [CelScalar.STRING, CelScalar.STRING], CelScalar.STRING, joinTexts),
    celFunc('_+_', [dynamicList, dynamicList], dynamicList, joinLists),
    celFunc(boundedRange, [CelScalar.DYN, CelScalar.INT], CelScalar.DYN, checkRange),
  ],
});

/** Says what is wrong with a CEL expression under the bounds of `expressionLimits`, or null. */
export function checkExpression(source: string): string | null {
  return programOf(source).problem;
}

/** The dotted names that an expression reads, each from one of `factRoots`; empty where it is not valid. */
export function readsOf(source: string): readonly (readonly string[])[] {
  return programOf(source).survey.reads;
}

/** The dotted names whose presence an expression tests by `has(…)`. */
export function testsOf(source: string): readonly (readonly string[])[] {
  return programOf(source).survey.tests;
}

/** Evaluates CEL over the facts. Throws `EXPRESSION_FAILED`: a missing field, a type error, a result that is not JSON. */
export function evaluate(source: string, facts: JsonObject): Json {
  return evaluateWith(source, prepareFacts(facts));
}

export function prepareFacts(facts: JsonObject): PreparedFacts {
  return { facts, converted: new Map() };
}

export function evaluateWith(source: string, prepared: PreparedFacts): Json {
  const program = programOf(source);
  if (program.run === null) throw failed(program.problem ?? 'not valid');
  const bindings: Record<string, CelInput> = Object.create(null) as Record<string, CelInput>;
  for (const [root, fields] of program.needs) bind({ root, fields }, prepared, bindings);
  const result = program.run(bindings);
  if (isCelError(result)) throw failed(reasonOf(result.message));
  return fromCel(result, 0);
}

interface Need {
  readonly root: string;
  /** Which fields of the root are read; null for all of it. */
  readonly fields: ReadonlySet<string> | null;
}

/** Converts only what the expression reads: a finding may hold 48 KB, a rule reads three fields of it. */
function bind(
  { root, fields }: Need,
  prepared: PreparedFacts,
  bindings: Record<string, CelInput>,
): void {
  if (!Object.hasOwn(prepared.facts, root)) return;
  const value = prepared.facts[root] ?? null;
  if (fields === null || !isObject(value)) {
    bindings[root] = converted(root, value, prepared);
    return;
  }
  const present = [...fields].filter((field) => Object.hasOwn(value, field));
  bindings[root] = celMap(
    new Map(
      present.map((field) => [
        field,
        converted(`${root}.${field}`, value[field] ?? null, prepared),
      ]),
    ),
  );
}

function converted(key: string, value: Json, prepared: PreparedFacts): CelInput {
  const before = prepared.converted.get(key);
  if (before !== undefined) return before;
  const fresh = toCel(value, 0);
  prepared.converted.set(key, fresh);
  return fresh;
}

function needsOf(reads: Survey['reads']): ReadonlyMap<string, ReadonlySet<string> | null> {
  const needs = new Map<string, Set<string> | null>();
  for (const [root = '', field] of reads) {
    const before = needs.get(root);
    if (field === undefined || before === null) needs.set(root, null);
    else needs.set(root, new Set([...(before ?? []), field]));
  }
  return needs;
}

function programOf(source: string): Program {
  const known = programs.get(source);
  if (known !== undefined) return known;
  const program = compile(source);
  if (programs.size >= programsMax) {
    const [oldest] = programs.keys();
    if (oldest !== undefined) programs.delete(oldest);
  }
  programs.set(source, program);
  return program;
}

const nothingRead: Survey = { problem: null, reads: [], tests: [], patterns: [], cost: 0 };

function compile(source: string): Program {
  const refuse = (problem: string): Program => ({
    problem,
    survey: nothingRead,
    needs: new Map(),
    run: null,
  });
  const tooMuch = checkSource(source);
  if (tooMuch !== null) return refuse(tooMuch);
  try {
    const { expr } = parse(source);
    const surveyed = survey(expr, roots);
    const problem =
      surveyed.problem ??
      surveyed.patterns.map(checkPattern).find((found) => found !== null) ??
      null;
    if (problem !== null) return refuse(problem);
    boundLoops(expr);
    return {
      problem: null,
      survey: surveyed,
      needs: needsOf(surveyed.reads),
      run: plan(environment, expr),
    };
  } catch (error) {
    // The parser throws its own errors, and a RangeError where a text got past the depth checks.
    return refuse(error instanceof Error ? firstLine(error.message) : 'cannot be read');
  }
}

/** Compiles the pattern as it would be when matched; RE2 refuses look-around and back-references. */
function checkPattern(pattern: string): string | null {
  const tried = plan(environment, parse(`''.matches(${JSON.stringify(pattern)})`).expr)();
  return isCelError(tried) ? `the pattern is not valid RE2: ${firstLine(tried.message)}` : null;
}

/** Wraps each loop's range in a check of its length, so that the static cost holds for whatever the data is. */
function boundLoops(expr: Expr): void {
  const kind = expr.exprKind;
  for (const child of childrenOf(expr)) boundLoops(child);
  if (kind.case !== 'comprehensionExpr' || kind.value.iterRange === undefined) return;
  const range = kind.value.iterRange;
  const call = parse(`f(1, ${loopCap(range)})`).expr;
  if (call.exprKind.case !== 'callExpr') return;
  call.exprKind.value.function = boundedRange;
  call.exprKind.value.args[0] = range;
  kind.value.iterRange = call;
}

function childrenOf(expr: Expr): readonly Expr[] {
  const kind = expr.exprKind;
  const some = (parts: readonly (Expr | undefined)[]): readonly Expr[] =>
    parts.filter((part) => part !== undefined);
  if (kind.case === 'selectExpr') return some([kind.value.operand]);
  if (kind.case === 'callExpr') return some([kind.value.target, ...kind.value.args]);
  if (kind.case === 'listExpr') return kind.value.elements;
  if (kind.case === 'structExpr') return some(kind.value.entries.map((entry) => entry.value));
  if (kind.case !== 'comprehensionExpr') return [];
  return some([
    kind.value.iterRange,
    kind.value.accuInit,
    kind.value.loopCondition,
    kind.value.loopStep,
    kind.value.result,
  ]);
}

function joinTexts(left: string, right: string): string {
  if (left.length + right.length > expressionLimits.textChars)
    throw new Error(`a text grew over ${expressionLimits.textChars} characters`);
  return left + right;
}

function joinLists(left: CelList, right: CelList): CelList {
  if (left.size + right.size > expressionLimits.listItems)
    throw new Error(`a list grew over ${expressionLimits.listItems} items`);
  return celListConcat(left, right);
}

function checkRange(range: CelValue, cap: bigint): CelValue {
  if ((isCelList(range) || isCelMap(range)) && range.size > Number(cap))
    throw new Error(`a loop over ${range.size} items; at most ${cap} are allowed`);
  return range;
}

// SECURITY: a message may repeat a value of the data; only these forms, which name fields and types, are passed on.
const plainReasons =
  /^(?:field not found: [\w-]{1,64}$|found no matching overload for |(?:int|uint) overflow|divi[ds]|modulus|unresolved |index |a (?:text|list) grew over|a loop over )/;

function reasonOf(message: string): string {
  return plainReasons.test(message)
    ? message
    : 'the expression could not be evaluated on this data';
}
