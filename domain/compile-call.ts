import type {
  CapabilityManifest,
  ConnectorManifest,
  EffectClass,
  PrivilegeClass,
} from './capability.ts';
import { checkInput } from './compile-input.ts';
import { problem, type SourcePath } from './compile-problem.ts';
import { compileInput, type Findings } from './compile-values.ts';
import type { PlanCall, PlanInput } from './plan.ts';
import type { ValueSource } from './playbook.schema.ts';
import type { Grant } from './policy.ts';

/** What a playbook is compiled against. Null where it is not known (offline checks): then it is not checked. */
export interface CompileContext {
  readonly manifests: readonly ConnectorManifest[];
  /** Connection → connector. */
  readonly connections: ReadonlyMap<string, string> | null;
  readonly grants: readonly Grant[] | null;
}

/** Findings of one playbook while its steps are compiled. */
export interface Compiling extends Findings {
  readonly playbook: string;
  readonly context: CompileContext;
}

export interface CallSource {
  readonly capability: string;
  readonly connection: string;
  readonly input: { readonly [name: string]: ValueSource };
  /** Of the step, and of the keys that name the capability and hold the input. */
  readonly path: SourcePath;
  readonly capabilityKey: string;
  readonly role: CallRole;
}

/** What a step may call. The fields that the executor fills need not (and must not) be given. */
export interface CallRole {
  readonly privileges: readonly PrivilegeClass[];
  readonly effects: readonly EffectClass[];
  readonly filled: readonly string[];
}

export const roles = {
  lookup: { privileges: ['lookup'], effects: ['read'], filled: [] },
  verify: { privileges: ['lookup'], effects: ['read'], filled: [] },
  ticket: {
    privileges: ['ticket'],
    effects: ['reversible'],
    filled: ['externalKey', 'title', 'body', 'priority', 'team', 'ticketId', 'key'],
  },
  notify: { privileges: ['notify'], effects: ['reversible'], filled: [] },
  action: {
    privileges: ['act'],
    effects: ['reversible', 'disruptive', 'irreversible'],
    filled: [],
  },
} as const satisfies Record<string, CallRole>;

export interface CompiledCall {
  readonly call: PlanCall;
  readonly manifest: CapabilityManifest;
}

/** Resolves a call against the manifests; null where the capability is not known (the problem is noted). */
export function compileCall(source: CallSource, compiling: Compiling): CompiledCall | null {
  const at = [...source.path, source.capabilityKey];
  const input = compileInput(source.input, [...source.path, 'input'], compiling);
  const found = findCapability(source.capability, at, compiling);
  checkConnection(source, compiling);
  if (found === null) return null;
  const { manifest, version } = found;
  if (
    !source.role.privileges.includes(manifest.privilege) ||
    !source.role.effects.includes(manifest.effect)
  ) {
    compiling.problems.push(
      problem(
        'capability-misused',
        at,
        `${manifest.name} is ${manifest.effect} and of class ${manifest.privilege}; it cannot be used here`,
      ),
    );
  }
  noteMisfits(
    { input, manifest, filled: source.role.filled, path: [...source.path, 'input'] },
    compiling,
  );
  checkGrant(source, compiling);
  const call: PlanCall = {
    capability: manifest.name,
    connectorVersion: version,
    connection: source.connection,
    effect: manifest.effect,
    privilege: manifest.privilege,
    input,
  };
  return { call, manifest };
}

export function findCapability(
  name: string,
  path: SourcePath,
  compiling: Compiling,
): { readonly manifest: CapabilityManifest; readonly version: string } | null {
  const [connectorName = ''] = name.split('.');
  const connector = compiling.context.manifests.find((each) => each.name === connectorName);
  const manifest = connector?.capabilities.find((each) => each.name === name);
  if (connector !== undefined && manifest !== undefined)
    return { manifest, version: connector.version };
  const known =
    connector?.capabilities.map((each) => each.name) ??
    compiling.context.manifests.map((each) => each.name);
  const what =
    connector === undefined
      ? `no connector is named ${connectorName}`
      : `${connectorName} has no capability ${name}`;
  compiling.problems.push(
    problem('capability-unknown', path, {
      message: what,
      remedy: `Known are: ${known.join(', ')}.`,
    }),
  );
  return null;
}

function checkConnection(source: CallSource, compiling: Compiling): void {
  const { connections } = compiling.context;
  if (connections === null) return;
  const connector = connections.get(source.connection);
  const path = [...source.path, 'connection'];
  const [needed = ''] = source.capability.split('.');
  if (connector === undefined)
    compiling.problems.push(
      problem('connection-unknown', path, `no connection is named ${source.connection}`),
    );
  else if (connector !== needed)
    compiling.problems.push(
      problem(
        'connection-mismatch',
        path,
        `${source.connection} is a connection of ${connector}, but the capability is of ${needed}`,
      ),
    );
}

interface InputCheck {
  readonly input: PlanInput;
  readonly manifest: CapabilityManifest;
  readonly filled: readonly string[];
  readonly path: SourcePath;
}

export function noteMisfits(
  { input, manifest, filled, path }: InputCheck,
  compiling: Compiling,
): void {
  for (const name of Object.keys(input).filter(
    (each) => filled.includes(each) && each !== 'team',
  )) {
    compiling.problems.push(
      problem('input-invalid', [...path, name], {
        message: `${name} is filled in when the step runs`,
        remedy: 'Remove it.',
      }),
    );
  }
  for (const misfit of checkInput({ kind: 'record', fields: input }, manifest.input)) {
    const [first] = misfit.at;
    if (misfit.missing && misfit.at.length === 1 && filled.includes(String(first))) continue;
    const rule = misfit.missing ? 'input-missing' : 'input-invalid';
    const label = misfit.at.length === 0 || misfit.missing ? '' : `${misfit.at.join('.')} `;
    compiling.problems.push(
      problem(
        rule,
        misfit.missing ? path : [...path, ...misfit.at],
        `${manifest.name}: ${label}${misfit.message}`,
      ),
    );
  }
}

export function grantsFor(
  source: { readonly connection: string; readonly capability: string },
  compiling: Compiling,
): readonly Grant[] | null {
  const { grants } = compiling.context;
  if (grants === null) return null;
  return grants.filter(
    (grant) =>
      grant.playbook === compiling.playbook &&
      grant.connection === source.connection &&
      grant.capabilities.includes(source.capability),
  );
}

function checkGrant(source: CallSource, compiling: Compiling): void {
  if (grantsFor(source, compiling)?.length !== 0) return;
  const what = `${compiling.playbook} may not use ${source.capability} on ${source.connection}`;
  compiling.problems.push(problem('GRANT_MISSING', [...source.path, source.capabilityKey], what));
}

/** Notes the fields that are read from an answer but not granted. `*` grants all; the whole answer needs it. */
export function checkFields(
  source: CallSource,
  fields: readonly { readonly name: string | null; readonly path: SourcePath }[],
  compiling: Compiling,
): void {
  const grants = grantsFor(source, compiling);
  if (grants === null || grants.length === 0) return;
  const granted = new Set(grants.flatMap((grant) => grant.fields));
  if (granted.has('*')) return;
  for (const field of fields.filter((each) => each.name === null || !granted.has(each.name))) {
    const what = field.name === null ? 'the whole answer' : `the field ${field.name}`;
    compiling.problems.push(
      problem(
        'GRANT_MISSING',
        field.path,
        `${compiling.playbook} may not read ${what} of ${source.capability}`,
      ),
    );
  }
}
