import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ConnectorManifest } from '../domain/capability.ts';
import type { CompileContext } from '../domain/compile-call.ts';
import { problem, type Problem } from '../domain/compile-problem.ts';
import { needsGate } from '../domain/capability.ts';
import type { Plan } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import { builtIn } from '../domain/triage.ts';
import { untold } from './tell-rule.ts';
import { readPlaybook } from './read-playbook.ts';
import { readPolicy, type ReadPolicy, type TextFile } from './read-policy.ts';
import type { LocatedProblem } from './read-yaml.ts';

export interface CatalogSource {
  readonly playbooksDir: string;
  readonly policyDir: string;
  readonly manifests: readonly ConnectorManifest[];
  /** Every configured connection with its connector. */
  readonly connections: Iterable<{ readonly name: string; readonly connector: string }>;
}

/** Playbooks and policy as one checked whole. With any problem nothing of it may be used. */
export interface Catalog {
  readonly plans: ReadonlyMap<string, CatalogPlan>;
  readonly policy: Policy | null;
  readonly policyDigest: string;
  readonly problems: readonly LocatedProblem[];
}

export interface CatalogPlan {
  readonly plan: Plan;
  readonly digest: string;
}

export const catalogLimits = { files: 500 } as const;

export function loadCatalog(source: CatalogSource): Catalog {
  const connections = new Map(
    [...source.connections].map(({ name, connector }) => [name, connector]),
  );
  const read = readPolicy(yamlFiles(source.policyDir));
  const files = yamlFiles(source.playbooksDir).filter((file) => !isCases(file.name));
  const { plans, problems } = readPlaybooks(files, {
    manifests: source.manifests,
    connections,
    grants: read.policy?.grants ?? null,
  });
  const whole =
    problems.length === 0 && read.policy !== null
      ? checkTogether({ read, policy: read.policy, plans, connections })
      : [];
  return {
    plans,
    policy: read.policy,
    policyDigest: read.digest,
    problems: [...read.problems, ...problems, ...whole],
  };
}

/** Compiles files to plans by name. */
export function readPlaybooks(
  files: readonly TextFile[],
  context: CompileContext,
): {
  readonly plans: ReadonlyMap<string, CatalogPlan>;
  readonly problems: readonly LocatedProblem[];
} {
  const plans = new Map<string, CatalogPlan>();
  const problems: LocatedProblem[] = [];
  for (const file of files) {
    const read = readPlaybook(file.name, file.text, context);
    if (read.kind === 'problems') problems.push(...read.problems);
    else if (plans.has(read.plan.name))
      problems.push(
        place(
          file.name,
          problem('name-duplicate', [], `there are two playbooks named ${read.plan.name}`),
        ),
      );
    else plans.set(read.plan.name, { plan: read.plan, digest: read.digest });
  }
  return { plans, problems };
}

/** Cases for rehearsal stand beside their playbook: `<name>.cases.yaml`. */
export const isCases = (name: string): boolean => /\.cases\.ya?ml$/.test(name);

/** The YAML files of a folder in the order of their names; empty where there is no such folder. */
export function yamlFiles(folder: string): readonly TextFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
    .slice(0, catalogLimits.files)
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));
}

interface Whole {
  readonly read: ReadPolicy;
  readonly policy: Policy;
  readonly plans: ReadonlyMap<string, CatalogPlan>;
  readonly connections: ReadonlyMap<string, string>;
}

/** What shows only once both are known: rules that run playbooks, grants, built-in playbooks, approvers for actions. */
function checkTogether({ read, policy, plans, connections }: Whole): readonly LocatedProblem[] {
  const found: LocatedProblem[] = [];
  for (const [index, rule] of policy.triage.entries()) {
    if (rule.do.kind !== 'run' || plans.has(rule.do.playbook)) continue;
    found.push(
      read.locate(
        'triage',
        problem('reference-unknown', ['triage', index, 'do', 'playbook'], {
          message: `there is no playbook ${rule.do.playbook}`,
          remedy: 'Name a playbook.',
        }),
      ),
    );
  }
  for (const [index, grant] of policy.grants.entries()) {
    if (!plans.has(grant.playbook))
      found.push(
        read.locate(
          'grants',
          problem('reference-unknown', ['grants', index, 'playbook'], {
            message: `there is no playbook ${grant.playbook}`,
            remedy: 'Name a playbook.',
          }),
        ),
      );
    if (!connections.has(grant.connection))
      found.push(
        read.locate(
          'grants',
          problem(
            'connection-unknown',
            ['grants', index, 'connection'],
            `no connection is named ${grant.connection}`,
          ),
        ),
      );
  }
  for (const name of Object.values(builtIn).filter((each) => !plans.has(each))) {
    found.push(
      place(
        'playbooks',
        problem('policy-incomplete', [], {
          message: `the playbook ${name} is missing; the engine needs it`,
          remedy: `Add ${name}.yaml.`,
        }),
      ),
    );
  }
  for (const { plan } of plans.values())
    found.push(
      ...unapprovable(plan, policy).map((what) => place(`${basename(plan.name)}.yaml`, what)),
    );
  return found;
}

function unapprovable(plan: Plan, policy: Policy): readonly Problem[] {
  return Object.entries(plan.steps).flatMap(([id, step]) => {
    if (step.kind === 'gate')
      return untold(plan.name, policy).map((what) => problem('GRANT_MISSING', ['steps', id], what));
    if (step.kind !== 'action' || !needsGate(step.call.effect)) return [];
    if (policy.approvals.some((rule) => rule.effects.includes(step.call.effect))) return [];
    return [
      problem(
        'policy-incomplete',
        ['steps', id],
        `no approval rule is for ${step.call.effect} actions`,
      ),
    ];
  });
}

function place(file: string, { rule, message, remedy }: Problem): LocatedProblem {
  return { file, line: 1, column: 1, rule, message, remedy };
}
