import { problem } from '../domain/compile-problem.ts';
import { casesFile, type RehearsalCase } from './cases.schema.ts';
import { isCases, type Catalog } from './load.ts';
import type { TextFile } from './read-policy.ts';
import { parseShape, readYaml, type LocatedProblem } from './read-yaml.ts';
import { rehearse, type Rehearsal } from './rehearse.ts';

export interface ReadCases {
  readonly playbook: string;
  readonly cases: readonly RehearsalCase[];
  readonly problems: readonly LocatedProblem[];
}

/** Reads a file of rehearsal cases, with places for what is wrong. */
export function readCases({ name, text }: TextFile): ReadCases {
  const yaml = readYaml(name, text);
  if (yaml.kind === 'problems') return { playbook: '', cases: [], problems: yaml.problems };
  const parsed = parseShape(casesFile, yaml.data, []);
  if (!parsed.ok) return { playbook: '', cases: [], problems: parsed.problems.map(yaml.locate) };
  return { playbook: parsed.value.playbook, cases: parsed.value.cases, problems: [] };
}

export interface RehearsedPlaybook {
  readonly playbook: string;
  readonly rehearsals: readonly Rehearsal[];
}

/** Rehearses every case of every case file; a playbook without cases is not in the answer. */
export function rehearseAll(
  files: readonly TextFile[],
  plans: Catalog['plans'],
): {
  readonly rehearsed: readonly RehearsedPlaybook[];
  readonly problems: readonly LocatedProblem[];
} {
  const rehearsed: RehearsedPlaybook[] = [];
  const problems: LocatedProblem[] = [];
  for (const file of files.filter((each) => isCases(each.name))) {
    const read = readCases(file);
    problems.push(...read.problems);
    if (read.problems.length > 0) continue;
    const plan = plans.get(read.playbook);
    if (plan === undefined) {
      const { rule, message, remedy } = problem('reference-unknown', [], {
        message: `there is no playbook ${read.playbook} without problems`,
        remedy: 'Name a playbook that compiles.',
      });
      problems.push({ file: file.name, line: 1, column: 1, rule, message, remedy });
    } else
      rehearsed.push({
        playbook: read.playbook,
        rehearsals: read.cases.map((each) => rehearse(plan, each)),
      });
  }
  return { rehearsed, problems };
}
