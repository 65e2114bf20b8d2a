import { SallyportError } from '../domain/errors.ts';
import { faultOfPath } from './path-pattern.ts';
import { namedKinds } from './personal-names.ts';
import { allRules, type PathRule, type RedactionAction, type RedactionPolicy } from './policy.ts';
import { profiles, type ProfileName } from './profiles.ts';
import { personalFamilies, personalKinds } from './rules/personal/all.ts';

/** Where redacted data goes to: tickets and messages to people, language models, log lines. */
export const destinations = ['ticket', 'chat', 'model', 'log'] as const;
export type Destination = (typeof destinations)[number];

/** A policy as it is written down: what it does differently from the profile that it extends. */
export interface WrittenPolicy {
  readonly extends: ProfileName;
  readonly kinds?: Readonly<Record<string, RedactionAction>> | undefined;
  readonly families?: Readonly<Record<string, RedactionAction>> | undefined;
  readonly personal?: RedactionAction | undefined;
  readonly paths?:
    | readonly { path: string; kind?: string | undefined; action: RedactionAction }[]
    | undefined;
}

export interface WrittenPolicies {
  readonly policy: string;
  readonly policies: Readonly<Record<string, WrittenPolicy>>;
  /** Source → policy. */
  readonly sources: Readonly<Record<string, string>>;
  /** Destination → policy. */
  readonly destinations: Readonly<Partial<Record<Destination, string | undefined>>>;
}

export interface RedactionPolicies {
  readonly usual: RedactionPolicy;
  forSource(source: string): RedactionPolicy;
  /** Null: what is redacted already goes there as it is. */
  forDestination(destination: Destination): RedactionPolicy | null;
  /** Kinds of secrets that one of the policies for what comes in keeps, anywhere. */
  readonly keptSecrets: ReadonlySet<string>;
}

/** Checks every policy whole, used or not. Throws CONFIG_INVALID with a line for each fault. */
export function readPolicies(written: WrittenPolicies): RedactionPolicies {
  const faults: string[] = [];
  const known = new Map<string, RedactionPolicy>(Object.entries(profiles));
  for (const [name, policy] of Object.entries(written.policies)) {
    if (known.has(name)) faults.push(`policies.${name}: is the name of a profile`);
    faults.push(...faultsOf(policy).map((fault) => `policies.${name}.${fault}`));
    known.set(name, merged(name, policy));
  }
  const named = (name: string, place: string): RedactionPolicy => {
    const policy = known.get(name);
    if (policy === undefined)
      faults.push(`${place}: no policy ${name}; known: ${[...known.keys()].join(', ')}`);
    return policy ?? profiles.strict;
  };
  const usual = named(written.policy, 'policy');
  const bySource = new Map(
    Object.entries(written.sources).map(([source, name]): [string, RedactionPolicy] => [
      source,
      named(name, `sources.${source}`),
    ]),
  );
  const byDestination = new Map(
    destinations.flatMap((destination): [Destination, RedactionPolicy][] => {
      const name = written.destinations[destination];
      return name === undefined ? [] : [[destination, named(name, `destinations.${destination}`)]];
    }),
  );
  if (faults.length > 0)
    throw new SallyportError(
      'CONFIG_INVALID',
      faults.map((fault) => `redaction.${fault}`).join('\n'),
    );
  return {
    usual,
    keptSecrets: keptBy([usual, ...bySource.values()]),
    forSource: (source) => bySource.get(source) ?? usual,
    forDestination: (destination) => byDestination.get(destination) ?? null,
  };
}

const keptBy = (policies: readonly RedactionPolicy[]): ReadonlySet<string> =>
  new Set(
    policies.flatMap(({ kinds, paths = [] }) => [
      ...Object.keys(kinds).filter((kind) => kinds[kind] === 'keep'),
      ...paths.flatMap(({ kind, action }) =>
        kind !== undefined && action === 'keep' ? [kind] : [],
      ),
    ]),
  );

function merged(name: string, policy: WrittenPolicy): RedactionPolicy {
  const base: RedactionPolicy = profiles[policy.extends];
  const personal = policy.personal ?? base.personal;
  return {
    name,
    kinds: { ...base.kinds, ...policy.kinds },
    families: { ...base.families, ...policy.families },
    ...(personal === undefined ? {} : { personal }),
    paths: [...(policy.paths ?? []).map(pathRule), ...(base.paths ?? [])],
  };
}

const pathRule = (rule: {
  path: string;
  kind?: string | undefined;
  action: RedactionAction;
}): PathRule =>
  rule.kind === undefined
    ? { path: rule.path, action: rule.action }
    : { path: rule.path, kind: rule.kind, action: rule.action };

/** Kinds that only names of fields tell, or that stand for what a bound or a path took. */
const otherSecretKinds = [
  'password',
  'secret',
  'token',
  'credential',
  'cookie',
  'otp',
  'api-key',
  'authorization',
  'webhook',
  'connection-string',
  'private-key',
];

function faultsOf(policy: WrittenPolicy): readonly string[] {
  const secret = new Set([
    ...otherSecretKinds,
    ...allRules.filter((rule) => rule.class === 'secret').map((rule) => rule.kind),
  ]);
  const personal = new Set([...personalKinds, ...namedKinds]);
  const faults: string[] = [];
  const check = (place: string, kind: string, action: RedactionAction): void => {
    if (secret.has(kind)) {
      if (action === 'token' || action === 'partial')
        faults.push(
          `${place}: a secret is masked; ${action} would tell two equal ones apart from others`,
        );
    } else if (!personal.has(kind)) faults.push(`${place}: no kind ${kind}`);
  };
  for (const [kind, action] of Object.entries(policy.kinds ?? {}))
    check(`kinds.${kind}`, kind, action);
  for (const family of Object.keys(policy.families ?? {}))
    if (family !== 'person' && !Object.hasOwn(personalFamilies, family))
      faults.push(`families.${family}: no such family`);
  (policy.paths ?? []).forEach(({ path, kind, action }, at) => {
    const fault = faultOfPath(path);
    if (fault !== null) faults.push(`paths.${at}.path: ${fault}`);
    if (kind !== undefined) check(`paths.${at}.kind`, kind, action);
    else if (action === 'keep')
      faults.push(`paths.${at}: keep needs a kind, or a secret in it would stay`);
  });
  return faults;
}
