import type { parse } from '@bufbuild/cel';
import {
  expressionLimits,
  functions,
  knownLists,
  matchesCost,
  typeNames,
} from './expression-limits.ts';

export type Expr = ReturnType<typeof parse>['expr'];
type Comprehension = Extract<Expr['exprKind'], { readonly case: 'comprehensionExpr' }>['value'];
type Call = Extract<Expr['exprKind'], { readonly case: 'callExpr' }>['value'];

/** What an expression reads: dotted names from a root, for example `['steps', 'asset', 'owner']`. */
export interface Survey {
  readonly problem: string | null;
  readonly reads: readonly (readonly string[])[];
  /** What stands in `has(…)`. */
  readonly tests: readonly (readonly string[])[];
  readonly patterns: readonly string[];
  readonly cost: number;
}

interface Walk {
  readonly roots: ReadonlySet<string>;
  readonly reads: (readonly string[])[];
  readonly tests: (readonly string[])[];
  readonly patterns: string[];
  readonly problems: string[];
  nodes: number;
}

interface Scope {
  readonly locals: ReadonlySet<string>;
  readonly loops: number;
}

/** Before the parser runs: what could make it recurse too deep. Brackets in texts count too, which only refuses more. */
export function checkSource(source: string): string | null {
  if (source.length > expressionLimits.sourceChars)
    return `the expression is longer than ${expressionLimits.sourceChars} characters`;
  let depth = 0;
  for (const char of source) {
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char)) depth -= 1;
    if (depth > expressionLimits.bracketDepth)
      return `brackets are nested deeper than ${expressionLimits.bracketDepth}`;
  }
  if (/(?:[!-]\s{0,4}){33}/.test(source))
    return `more than ${expressionLimits.prefixRun} prefix operators in a row`;
  if (source.split('?').length - 1 > expressionLimits.conditionals)
    return `more than ${expressionLimits.conditionals} conditionals`;
  return null;
}

/** Walks the syntax tree once: bounds, names, functions, patterns and static cost. */
export function survey(expr: Expr, roots: ReadonlySet<string>): Survey {
  const walk: Walk = { roots, reads: [], tests: [], patterns: [], problems: [], nodes: 0 };
  const cost = costOf(expr, { locals: new Set(), loops: 0 }, walk);
  if (walk.nodes > expressionLimits.nodes)
    walk.problems.push(`the expression has more than ${expressionLimits.nodes} nodes`);
  if (cost > expressionLimits.cost)
    walk.problems.push(
      `the expression may cost ${cost} steps; at most ${expressionLimits.cost} are allowed`,
    );
  return {
    problem: walk.problems[0] ?? null,
    reads: walk.reads,
    tests: walk.tests,
    patterns: walk.patterns,
    cost,
  };
}

/** The dotted names of a chain of field reads, or null where it starts with something else. */
export function namesOf(expr: Expr): readonly string[] | null {
  const kind = expr.exprKind;
  if (kind.case === 'identExpr') return [kind.value.name];
  if (kind.case === 'selectExpr' && kind.value.operand)
    return extended(kind.value.operand, kind.value.field);
  if (kind.case !== 'callExpr' || kind.value.function !== '_[_]') return null;
  const [operand, index] = kind.value.args;
  const key = index === undefined ? null : textOf(index);
  return operand === undefined || key === null ? null : extended(operand, key);
}

function extended(operand: Expr, name: string): readonly string[] | null {
  const before = namesOf(operand);
  return before === null ? null : [...before, name];
}

/** At most so many turns of a loop over this range; more is refused when it is evaluated. */
export function loopCap(range: Expr): number {
  if (range.exprKind.case === 'listExpr') return range.exprKind.value.elements.length;
  const names = namesOf(range);
  return (names === null ? undefined : knownLists[names.join('.')]) ?? expressionLimits.loopItems;
}

function costOf(expr: Expr, scope: Scope, walk: Walk): number {
  walk.nodes += 1;
  if (walk.nodes > expressionLimits.nodes) return 1;
  const kind = expr.exprKind;
  switch (kind.case) {
    case 'constExpr':
      return 1;
    case 'identExpr':
    case 'selectExpr':
      return 1 + readCost(expr, scope, walk);
    case 'callExpr':
      return callCost(expr, kind.value, { scope, walk });
    case 'listExpr':
      return 1 + sum(kind.value.elements, scope, walk);
    case 'structExpr':
      if (kind.value.messageName !== '')
        walk.problems.push(`cannot build a message of type ${kind.value.messageName}`);
      return (
        1 +
        sum(
          kind.value.entries.flatMap((entry) =>
            (entry.keyKind.case === 'mapKey' ? [entry.keyKind.value] : []).concat(
              entry.value ?? [],
            ),
          ),
          scope,
          walk,
        )
      );
    case 'comprehensionExpr':
      return loopCost(kind.value, scope, walk);
    default:
      walk.problems.push('the expression holds something that is not known');
      return 1;
  }
}

function sum(parts: readonly Expr[], scope: Scope, walk: Walk): number {
  return parts.reduce((total, part) => total + costOf(part, scope, walk), 0);
}

function readCost(expr: Expr, scope: Scope, walk: Walk): number {
  const names = namesOf(expr);
  if (names === null) {
    const operand = expr.exprKind.case === 'selectExpr' ? expr.exprKind.value.operand : undefined;
    return operand === undefined ? 0 : costOf(operand, scope, walk);
  }
  noteRead(names, scope, walk);
  if (expr.exprKind.case === 'selectExpr' && expr.exprKind.value.testOnly) walk.tests.push(names);
  walk.nodes += names.length - 1;
  return names.length;
}

function noteRead(names: readonly string[], scope: Scope, walk: Walk): void {
  const root = names[0] ?? '';
  if (scope.locals.has(root)) return;
  if (walk.roots.has(root)) walk.reads.push(names);
  else if (!typeNames.has(root))
    walk.problems.push(`unknown name '${root}'; known are ${[...walk.roots].join(', ')}`);
}

function callCost(
  expr: Expr,
  call: Call,
  at: { readonly scope: Scope; readonly walk: Walk },
): number {
  const { scope, walk } = at;
  if (!functions.has(call.function)) walk.problems.push(`unknown function '${call.function}'`);
  if (call.function === '_[_]' && namesOf(expr) !== null) return 1 + readCost(expr, scope, walk);
  if (call.function.startsWith('get') && call.args.length > 0)
    walk.problems.push(`'${call.function}' takes no time zone here; times are UTC`);
  if (call.function === 'matches') notePattern(call, walk);
  const parts = call.target === undefined ? call.args : [call.target, ...call.args];
  return (call.function === 'matches' ? matchesCost : 1) + sum(parts, scope, walk);
}

function notePattern(call: Call, walk: Walk): void {
  const last = call.args.at(-1);
  const pattern = last === undefined ? null : textOf(last);
  if (pattern === null) walk.problems.push("'matches' needs a literal pattern");
  else if (pattern.length > expressionLimits.patternChars)
    walk.problems.push(`a pattern is at most ${expressionLimits.patternChars} characters`);
  else walk.patterns.push(pattern);
}

function textOf(expr: Expr): string | null {
  const kind = expr.exprKind;
  return kind.case === 'constExpr' && kind.value.constantKind.case === 'stringValue'
    ? kind.value.constantKind.value
    : null;
}

function loopCost(loop: Comprehension, scope: Scope, walk: Walk): number {
  if (scope.loops + 1 > expressionLimits.loopDepth)
    walk.problems.push(`loops are nested deeper than ${expressionLimits.loopDepth}`);
  const inner: Scope = {
    locals: new Set([...scope.locals, loop.iterVar, loop.iterVar2, loop.accuVar]),
    loops: scope.loops + 1,
  };
  const once = sum(present([loop.loopStep, loop.loopCondition]), inner, walk);
  const around =
    sum(present([loop.iterRange, loop.accuInit]), scope, walk) +
    sum(present([loop.result]), inner, walk);
  return 1 + around + (loop.iterRange ? loopCap(loop.iterRange) : 0) * once;
}

function present(parts: readonly (Expr | undefined)[]): readonly Expr[] {
  return parts.filter((part) => part !== undefined);
}
