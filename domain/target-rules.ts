import type { EffectClass } from './capability.ts';
import { globMatches } from './glob.ts';
import type { ApprovalRule, Policy, ProtectedTarget } from './policy.ts';

/** What is to be acted upon. `names`: every way in which it is called here; a rule that fits one of them fits. */
export interface NamedTarget {
  readonly kind: string;
  readonly names: readonly string[];
}

/** What is to be done, whoever it is done to. */
export interface Act {
  readonly effect: EffectClass;
  readonly capability: string;
}

/** The first rule that protects the target; null where none does. Case does not count. */
export function protectionOf(
  policy: Pick<Policy, 'protectedTargets'>,
  { kind, names }: NamedTarget,
): ProtectedTarget | null {
  return protectionsFor(policy, kind).find((rule) => fits(rule.match, names)) ?? null;
}

/** The first rule for such an act decides; null where policy has none. Case does not count in the target's name. */
export function approvalRuleOf(
  policy: Pick<Policy, 'approvals'>,
  act: Act & { readonly names: readonly string[] },
): ApprovalRule | null {
  return approvalsFor(policy, act).find((rule) => fits(rule.target, act.names)) ?? null;
}

/** Whether policy asks what a target of that kind is called. `act`: where its approval is to be decided as well. */
export function asksForName(
  policy: Pick<Policy, 'protectedTargets' | 'approvals'>,
  kind: string,
  act: Act | null,
): boolean {
  const globs = [
    ...protectionsFor(policy, kind).map((rule) => rule.match),
    ...(act === null ? [] : approvalsFor(policy, act).map((rule) => rule.target)),
  ];
  return globs.some((glob) => glob !== '*');
}

const protectionsFor = (
  policy: Pick<Policy, 'protectedTargets'>,
  kind: string,
): readonly ProtectedTarget[] =>
  policy.protectedTargets.filter((rule) => globMatches(rule.kind, kind));

const approvalsFor = (
  policy: Pick<Policy, 'approvals'>,
  { effect, capability }: Act,
): readonly ApprovalRule[] =>
  policy.approvals.filter(
    (rule) => rule.effects.includes(effect) && globMatches(rule.capability, capability),
  );

const fits = (glob: string, names: readonly string[]): boolean =>
  names.some((name) => globMatches(glob.toLowerCase(), name.toLowerCase()));
