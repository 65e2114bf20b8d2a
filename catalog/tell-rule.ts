import { parseDuration } from '../domain/duration.ts';
import type { Policy, TellRule } from '../domain/policy.ts';
import type { PolicySource } from '../domain/policy.schema.ts';
import { isGranted } from '../domain/grant.ts';

type TellSource = NonNullable<PolicySource['approvals'][number]['tell']>;

export function tellRule({ escalate, ...rest }: TellSource): TellRule {
  return { ...rest, escalateMs: parseDuration(escalate) ?? 0 };
}

/** Approval rules whose messages this playbook may not send: nobody would hear of its gates. */
export function untold(playbook: string, policy: Policy): readonly string[] {
  return policy.approvals.flatMap(({ id, tell }) =>
    tell === undefined || isGranted(policy.grants, { playbook, ...tell })
      ? []
      : [`rule ${id} tells through ${tell.capability} on ${tell.connection}, which is not granted`],
  );
}
