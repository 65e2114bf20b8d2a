import { checkExpression, readsOf } from '../domain/expression.ts';
import { problem, type Problem, type SourcePath } from '../domain/compile-problem.ts';
import { digestOf } from '../domain/digest.ts';
import { parseDuration } from '../domain/duration.ts';
import { checkPath } from '../domain/path.ts';
import { SallyportError } from '../domain/errors.ts';
import { asJson } from '../domain/json.ts';
import type { Policy } from '../domain/policy.ts';
import {
  policyFile,
  policyParts,
  type PolicyPart,
  type PolicySource,
} from '../domain/policy.schema.ts';
import { checkApprovals } from './check-approvals.ts';
import { checkCases, checkCorrelation } from './check-correlation.ts';
import { toCasePolicy, toCorrelationRule, toQuietPolicy } from './to-correlation.ts';
import { checkSpan, toQuietWindow } from './quiet-windows.ts';
import { parseShape, readYaml, type Locate, type LocatedProblem } from './read-yaml.ts';
import { tellRule } from './tell-rule.ts';

export interface ReadPolicy {
  readonly policy: Policy | null;
  readonly digest: string;
  readonly problems: readonly LocatedProblem[];
  /** Says where in its file a part stands, for problems that show only once playbooks are known. */
  readonly locate: (part: PolicyPart, found: Problem) => LocatedProblem;
}

export interface TextFile {
  readonly name: string;
  readonly text: string;
}

const parts = Object.keys(policyParts) as PolicyPart[]; // the keys of a const object

/** Reads all policy files into one policy; anything missing or wrong means that there is none. */
export function readPolicy(files: readonly TextFile[]): ReadPolicy {
  const problems: LocatedProblem[] = [];
  const found: Partial<PolicySource> = {};
  const places = new Map<PolicyPart, { readonly file: string; readonly locate: Locate }>();
  for (const file of files) {
    const read = readParts(file);
    problems.push(...read.problems);
    for (const part of read.parts) {
      if (places.has(part))
        problems.push(
          read.locate(
            problem(
              'policy-conflict',
              [part],
              `${part} stands in ${places.get(part)?.file ?? ''} too`,
            ),
          ),
        );
      places.set(part, { file: file.name, locate: read.locate });
      Object.assign(found, { [part]: read.data[part] });
    }
  }
  const locate: ReadPolicy['locate'] = (part, what) =>
    places.get(part)?.locate(what) ?? {
      ...withoutPath(what),
      file: `policy/${part}.yaml`,
      line: 1,
      column: 1,
    };
  for (const part of parts.filter((each) => !places.has(each))) {
    if (problems.length === 0)
      problems.push(locate(part, problem('policy-incomplete', [], `no policy file has ${part}`)));
  }
  if (problems.length > 0 || !isWhole(found)) return { policy: null, digest: '', problems, locate };
  for (const [part, what] of checkPolicy(found)) problems.push(locate(part, what));
  const policy = toPolicy(found);
  return {
    policy: problems.length > 0 ? null : policy,
    digest: policyDigest(policy),
    problems,
    locate,
  };
}

export function policyDigest(policy: Policy): string {
  return digestOf('sallyport/policy/v1', asJson(policy));
}

function withoutPath({ rule, message, remedy }: Problem): Omit<Problem, 'path'> {
  return { rule, message, remedy };
}

interface ReadParts {
  readonly parts: readonly PolicyPart[];
  readonly data: Partial<PolicySource>;
  readonly problems: readonly LocatedProblem[];
  readonly locate: Locate;
}

function readParts({ name, text }: TextFile): ReadParts {
  const yaml = readYaml(name, text);
  const nowhere: Locate = (what) => ({ ...withoutPath(what), file: name, line: 1, column: 1 });
  if (yaml.kind === 'problems')
    return { parts: [], data: {}, problems: yaml.problems, locate: nowhere };
  const parsed = parseShape(policyFile, yaml.data, []);
  if (!parsed.ok)
    return { parts: [], data: {}, problems: parsed.problems.map(yaml.locate), locate: yaml.locate };
  const data = parsed.value as Partial<PolicySource>; // the schema's optional keys
  return {
    parts: parts.filter((part) => data[part] !== undefined),
    data,
    problems: [],
    locate: yaml.locate,
  };
}

function isWhole(found: Partial<PolicySource>): found is PolicySource {
  return parts.every((part) => found[part] !== undefined);
}

type Finding = readonly [PolicyPart, Problem];

function checkPolicy(source: PolicySource): readonly Finding[] {
  return [
    ...parts.flatMap((part) => checkIds(part, source[part])),
    ...source.triage.flatMap((row, index) =>
      checkCondition('triage', row.when, ['triage', index, 'when']),
    ),
    ...source.routing.owners.flatMap((row, index) => [
      ...checkCondition('routing', row.when, ['routing', 'owners', index, 'when']),
      ...checkTeamPath(row.teamFrom, ['routing', 'owners', index, 'teamFrom']),
    ]),
    ...source.suppressions.flatMap((row, index) => [
      ...checkCondition('suppressions', row.when, ['suppressions', index, 'when']),
      ...checkSpan(row, ['suppressions', index]).map((what): Finding => ['suppressions', what]),
    ]),
    ...checkApprovals(source.approvals).map((what): Finding => ['approvals', what]),
    ...checkCorrelation(source.correlation).map((what): Finding => ['correlation', what]),
    ...checkCases(source.cases).map((what): Finding => ['cases', what]),
  ];
}

function checkIds(part: PolicyPart, rows: PolicySource[PolicyPart]): readonly Finding[] {
  const list: readonly object[] = Array.isArray(rows) ? rows : 'owners' in rows ? rows.owners : [];
  const base: SourcePath = part === 'routing' ? ['routing', 'owners'] : [part];
  const seen = new Set<string>();
  return list.flatMap((row, index): Finding[] => {
    const id = 'id' in row ? String(row.id) : null;
    if (id === null || !seen.has(id)) {
      if (id !== null) seen.add(id);
      return [];
    }
    return [
      [part, problem('name-duplicate', [...base, index, 'id'], `there are two rows named ${id}`)],
    ];
  });
}

function checkTeamPath(path: string | undefined, at: SourcePath): readonly Finding[] {
  const wrong = path === undefined ? null : checkPath(path);
  return wrong === null ? [] : [['routing', problem('path-invalid', at, wrong)]];
}

/** Rules run before any step: they read the incident and the finding, nothing else. */
function checkCondition(part: PolicyPart, when: string, path: SourcePath): readonly Finding[] {
  const wrong = checkExpression(when);
  if (wrong !== null) return [[part, problem('expression-invalid', path, wrong)]];
  const stray = readsOf(when).find(([root]) => root !== 'incident' && root !== 'finding');
  return stray === undefined
    ? []
    : [
        [
          part,
          problem('reference-unknown', path, {
            message: `a rule reads incident and finding, not ${stray.join('.')}`,
            remedy: 'Read incident or finding.',
          }),
        ],
      ];
}

function toPolicy(source: PolicySource): Policy {
  return {
    schema: 1,
    triage: source.triage,
    priority: source.priority,
    routing: {
      ...source.routing,
      owners: source.routing.owners.map(({ teamFrom, ...row }) => ({
        ...row,
        ...(teamFrom === undefined ? {} : { teamFrom }),
      })),
    },
    approvals: source.approvals.map(({ expires, remind, tell, ...row }) => ({
      ...row,
      expiresMs: toMs(expires),
      remindMs: toMs(remind),
      ...(tell === undefined ? {} : { tell: tellRule(tell) }),
    })),
    budgets: source.budgets.map(({ window, ...row }) => ({ ...row, windowMs: toMs(window) })),
    protectedTargets: source.protectedTargets,
    grants: source.grants,
    suppressions: source.suppressions.map(toQuietWindow),
    correlation: source.correlation.map(toCorrelationRule),
    cases: toCasePolicy(source.cases),
    quiet: toQuietPolicy(source.quiet),
  };
}

function toMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new SallyportError('POLICY_INVALID', `${text} is not a duration`); // the schema lets none through
  return ms;
}
