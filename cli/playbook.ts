import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  isCases,
  loadCatalog,
  readPlaybooks,
  yamlFiles,
  type CatalogPlan,
} from '../catalog/load.ts';
import { rehearseAll, type RehearsedPlaybook } from '../catalog/read-cases.ts';
import { readConnections } from '../catalog/read-connections.ts';
import { readPolicy, type TextFile } from '../catalog/read-policy.ts';
import type { LocatedProblem } from '../catalog/read-yaml.ts';
import { builtInManifests } from '../server/manifests.ts';
import { readFlags, usage, type Flags } from './flags.ts';
import { exitCodes, printJson, printLine, type CliIo } from './io.ts';
import { printable } from './printable.ts';

const help = `sallyport playbook check [FILE… | DIR] [--policy DIR] [--config FILE] [--json]
sallyport playbook rehearse [FILE… | DIR] [--policy DIR] [--config FILE] [--json]

Both work offline. check: every problem with its place, exit 1 if there is one. rehearse: runs <name>.cases.yaml.
`;

/** `sallyport playbook check | rehearse`: works without an engine and touches nothing. */
export async function playbookCommand(args: string[], io: CliIo): Promise<number> {
  const flags = readFlags(args, { policy: 'text', config: 'text' });
  const [verb, ...paths] = flags.words;
  if (verb !== 'check' && verb !== 'rehearse') {
    io.stderr.write(help);
    return exitCodes.usage;
  }
  const checked = check(paths, flags, io);
  return verb === 'check' ? reportCheck(checked, flags, io) : reportRehearsal(checked, flags, io);
}

interface Checked {
  readonly files: readonly TextFile[];
  readonly plans: ReadonlyMap<string, CatalogPlan>;
  readonly problems: readonly LocatedProblem[];
}

/** The whole house where a folder with its policy is named (or none), else the named files one by one. */
function check(paths: readonly string[], flags: Flags, io: CliIo): Checked {
  const at = (path: string): string => resolve(io.workingDir, path);
  const [first = 'playbooks'] = paths;
  if (!existsSync(at(first))) usage(`there is no ${first}`);
  const folder = paths.length <= 1 && statSync(at(first)).isDirectory() ? at(first) : null;
  const files = folder === null ? paths.flatMap((path) => filesAt(at(path))) : yamlFiles(folder);
  const home = folder ?? dirname(files[0]?.name ?? at('playbooks'));
  const policyDir = at(flags.text('policy') ?? join(home, '..', 'policy'));
  const connections = connectionsAt(at(flags.text('config') ?? join(home, '..', 'sallyport.yaml')));
  const manifests = builtInManifests();
  const shown = (problem: LocatedProblem): LocatedProblem => ({
    ...problem,
    file: problem.file.startsWith(`${io.workingDir}/`)
      ? problem.file.slice(io.workingDir.length + 1)
      : problem.file,
  });
  const hasPolicy = yamlFiles(policyDir).length > 0;
  if (folder !== null && hasPolicy && connections !== null) {
    const catalog = loadCatalog({
      playbooksDir: folder,
      policyDir,
      manifests,
      connections: [...connections].map(([name, connector]) => ({ name, connector })),
    });
    return { files, plans: catalog.plans, problems: catalog.problems.map(shown) };
  }
  const policy = hasPolicy ? readPolicy(yamlFiles(policyDir)) : null;
  const read = readPlaybooks(
    files.filter((file) => !isCases(file.name)),
    { manifests, connections, grants: policy?.policy?.grants ?? null },
  );
  return {
    files,
    plans: read.plans,
    problems: [...(policy?.problems ?? []), ...read.problems].map(shown),
  };
}

/** A named playbook brings its cases along. */
function filesAt(path: string): readonly TextFile[] {
  if (!existsSync(path)) usage(`there is no ${path}`);
  if (statSync(path).isDirectory()) return yamlFiles(path);
  const cases = path.replace(/\.(ya?ml)$/, '.cases.$1');
  const beside = cases !== path && !isCases(path) && existsSync(cases) ? [cases] : [];
  return [path, ...beside].map((name) => ({ name, text: readFileSync(name, 'utf8') }));
}

function connectionsAt(path: string): ReadonlyMap<string, string> | null {
  return existsSync(path) ? readConnections(path, readFileSync(path, 'utf8')) : null;
}

function reportCheck({ plans, problems }: Checked, flags: Flags, io: CliIo): number {
  if (flags.has('json'))
    printJson(io, {
      playbooks: [...plans].map(([name, { plan, digest }]) => ({
        name,
        version: plan.version,
        digest,
      })),
      problems,
    });
  else {
    printProblems(problems, io);
    if (problems.length === 0) {
      for (const [name, { plan, digest }] of plans)
        printLine(io.stdout, `${name}@${plan.version} ${digest}`);
      printLine(io.stdout, `${plans.size} playbooks, no problems`);
    } else printLine(io.stderr, `${problems.length} problems`);
  }
  return problems.length === 0 ? exitCodes.done : exitCodes.refused;
}

function printProblems(problems: readonly LocatedProblem[], io: CliIo): void {
  for (const { file, line, column, rule, message, remedy } of problems) {
    printLine(io.stdout, printable(`${file}:${line}:${column} ${rule} ${message} — ${remedy}`));
  }
}

function reportRehearsal({ files, plans, problems }: Checked, flags: Flags, io: CliIo): number {
  const { rehearsed, problems: wrongCases } = rehearseAll(files, plans);
  const wrong = [...problems, ...wrongCases];
  const failed = rehearsed
    .flatMap((playbook) => playbook.rehearsals)
    .filter((each) => each.differences.length > 0);
  if (flags.has('json')) {
    const cases = rehearsed.map(({ playbook, rehearsals }) => ({
      playbook,
      cases: rehearsals.map(({ name, differences, effects }) => ({ name, differences, effects })),
    }));
    printJson(io, { problems: wrong, rehearsed: cases });
  } else {
    printProblems(wrong, io);
    for (const playbook of rehearsed) printRehearsed(playbook, io);
    const count = rehearsed.reduce((total, playbook) => total + playbook.rehearsals.length, 0);
    printLine(io.stdout, `${count} cases, ${failed.length} differ`);
  }
  return wrong.length + failed.length === 0 ? exitCodes.done : exitCodes.refused;
}

function printRehearsed({ playbook, rehearsals }: RehearsedPlaybook, io: CliIo): void {
  for (const { name, differences } of rehearsals) {
    printLine(
      io.stdout,
      `${differences.length === 0 ? 'as expected' : 'DIFFERS    '}  ${printable(playbook)}: ${printable(name)}`,
    );
    for (const difference of differences)
      printLine(io.stdout, `             ${printable(difference)}`);
  }
}
