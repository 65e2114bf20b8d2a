import type { EffectClass } from './capability.ts';
import { globMatches } from './glob.ts';
import type { ApprovalRule, Policy, ProtectedTarget } from './policy.ts';

/** What is to be acted upon. `names`: every way in which it is called here; a rule that fits one of them fits. */
export interface NamedTarget {
  readonly kind: string;
  readonly names: readonly string[];
}

/** The first rule that protects the target; null where none does. Case does not count. */
export function protectionOf(
  policy: Pick<Policy, 'protectedTargets'>,
  { kind, names }: NamedTarget,
): ProtectedTarget | null {
  return (
    policy.protectedTargets.find(
      (rule) => globMatches(rule.kind, kind) && fits(rule.match, names),
    ) ?? null
  );
}

/** The first rule for such an act decides; null where policy has none. Case does not count in the target's name. */
export function approvalRuleOf(
  policy: Pick<Policy, 'approvals'>,
  act: {
    readonly effect: EffectClass;
    readonly capability: string;
    readonly names: readonly string[];
  },
): ApprovalRule | null {
  return (
    policy.approvals.find(
      (rule) =>
        rule.effects.includes(act.effect) &&
        globMatches(rule.capability, act.capability) &&
        fits(rule.target, act.names),
    ) ?? null
  );
}

const fits = (glob: string, names: readonly string[]): boolean =>
  names.some((name) => globMatches(glob.toLowerCase(), name.toLowerCase()));
