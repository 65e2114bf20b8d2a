import { digestOf } from '../domain/digest.ts';
import { allCredentialRules } from './credential-rules.ts';
import { compileRules, type CompiledRule, type Rule } from './rule.ts';
import { personalRules } from './rules/personal/all.ts';

export type RedactionAction = 'keep' | 'mask' | 'token';

/**
 * What happens to each kind, as data. A kind that is not named is masked if it is a secret and becomes a token if it is
 * personal; `token` for a secret is refused, for equal tokens would show that a password is used twice.
 */
export interface RedactionPolicy {
  readonly name: string;
  readonly kinds: { readonly [kind: string]: RedactionAction };
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

export function actionOf(
  policy: RedactionPolicy,
  kind: string,
  ofClass: 'secret' | 'personal',
): RedactionAction {
  const chosen = Object.hasOwn(policy.kinds, kind) ? policy.kinds[kind] : undefined;
  if (chosen === 'keep') return 'keep';
  if (ofClass === 'secret') return 'mask';
  return chosen ?? 'token';
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
  }));
  return digestOf('sallyport/redaction-policy/v1', {
    name: policy.name,
    kinds: { ...policy.kinds },
    rules,
  });
}
