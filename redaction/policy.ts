import { digestOf } from '../domain/digest.ts';
import { allCredentialRules } from './credential-rules.ts';
import { atPath } from './path-pattern.ts';
import { compileRules, type CompiledRule, type KindClass, type Rule } from './rule.ts';
import { optInKinds, personalFamilies, personalRules } from './rules/personal/all.ts';

/**
 * `token`: a keyed, stable stand-in whose original is in the vault. `mask`: a mark that says the kind. `partial`: a mark that shows the
 * end, at most four characters and three tenths of the value. `drop`: nothing stands in its place. `keep`: it stays.
 */
export const redactionActions = ['keep', 'mask', 'token', 'drop', 'partial'] as const;
export type RedactionAction = (typeof redactionActions)[number];

/** What happens at a place in a document. Without `kind` it is the whole value, whatever it is. The first that fits decides. */
export interface PathRule {
  /** JSON Pointer in which `*` stands for one name and `**` for any number of them. */
  readonly path: string;
  readonly kind?: string;
  readonly action: RedactionAction;
}

/**
 * What happens to each kind, as data: its place decides, then the kind, then its family, then its class. A kind that nothing names is
 * masked if it is a secret and becomes a token if it is personal; kinds that only some profiles look for are kept. `token` and
 * `partial` mean `mask` for a secret: equal tokens would show that a password is used twice.
 */
export interface RedactionPolicy {
  readonly name: string;
  readonly kinds: { readonly [kind: string]: RedactionAction };
  readonly families?: { readonly [family: string]: RedactionAction };
  /** For personal data that neither kind nor family names; left out: `token`. */
  readonly personal?: RedactionAction;
  readonly paths?: readonly PathRule[];
}

/** Keeps what analysts need: addresses, host names, user names, hashes, paths. */
export const defaultPolicy: RedactionPolicy = { name: 'default', kinds: {} };

export const allRules: readonly Rule[] = [...allCredentialRules, ...personalRules];

let compiled: readonly CompiledRule[] | undefined;

/** Compiled once per process: RE2 programs cost memory (130 KB each once used). */
export function compiledRules(): readonly CompiledRule[] {
  compiled ??= compileRules(allRules);
  return compiled;
}

/** Kind → family, for personal data. Kinds that only names of fields tell belong to `person`. */
const familyOfKind = new Map<string, string>([
  ['person-name', 'person'],
  ['street-address', 'person'],
  ['full-name', 'identity'],
  ...Object.entries(personalFamilies).flatMap(([family, rules]) =>
    rules.map((rule): [string, string] => [rule.kind, family]),
  ),
]);

export const familyOf = (kind: string): string | null => familyOfKind.get(kind) ?? null;

export function actionOf(
  policy: RedactionPolicy,
  kind: string,
  ofClass: KindClass,
): RedactionAction {
  const chosen = own(policy.kinds, kind);
  if (ofClass === 'secret') return chosen === 'keep' || chosen === 'drop' ? chosen : 'mask';
  const family = familyOf(kind);
  const byFamily = family === null ? undefined : own(policy.families ?? {}, family);
  return chosen ?? byFamily ?? (optInKinds.has(kind) ? 'keep' : (policy.personal ?? 'token'));
}

/** The action for something found at a path (a JSON Pointer). */
export function actionAt(
  policy: RedactionPolicy,
  found: { readonly kind: string; readonly class: KindClass },
  path: () => string,
): RedactionAction {
  const usual = actionOf(policy, found.kind, found.class);
  const rules = policy.paths ?? [];
  if (rules.length === 0) return usual;
  const pointer = path();
  const ruled = rules.find((rule) => rule.kind === found.kind && atPath(rule.path, pointer));
  if (ruled === undefined) return usual;
  const { action } = ruled;
  return found.class === 'secret' && (action === 'token' || action === 'partial') ? 'mask' : action;
}

/** What happens to the whole value at a path; null where the policy says nothing of it. */
export function actionForWhole(
  policy: RedactionPolicy,
  path: () => string,
): RedactionAction | null {
  if (policy.paths === undefined) return null;
  const whole = policy.paths.filter((rule) => rule.kind === undefined);
  if (whole.length === 0) return null;
  const pointer = path();
  return whole.find((rule) => atPath(rule.path, pointer))?.action ?? null;
}

/** Which of the kinds that are looked for on demand a policy asks for. */
export function optInsOf(policy: RedactionPolicy): readonly string[] {
  return [...optInKinds].filter(
    (kind) =>
      actionOf(policy, kind, 'personal') !== 'keep' ||
      (policy.paths ?? []).some((rule) => rule.kind === kind && rule.action !== 'keep'),
  );
}

function own<Value>(table: { readonly [name: string]: Value }, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Identifies the detectors and the policy together: two reports with one digest were made by the same rules. */
export function digestOfPolicy(policy: RedactionPolicy): string {
  const rules = allRules.map((rule) => ({
    id: rule.id,
    kind: rule.kind,
    class: rule.class,
    pattern: rule.pattern,
    literals: [...rule.literals],
    validator: rule.validator ?? null,
    proof: rule.proof ?? null,
    words: [...(rule.near?.words ?? [])],
  }));
  return digestOf('sallyport/redaction-policy/v2', {
    name: policy.name,
    kinds: { ...policy.kinds },
    families: { ...policy.families },
    personal: policy.personal ?? null,
    paths: (policy.paths ?? []).map(({ path, kind, action }) => ({
      path,
      kind: kind ?? null,
      action,
    })),
    rules,
  });
}
