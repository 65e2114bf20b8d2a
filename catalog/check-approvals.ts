import { problem, type Problem } from '../domain/compile-problem.ts';
import { parseDuration } from '../domain/duration.ts';
import type { PolicySource } from '../domain/policy.schema.ts';

/** What is wrong with the approval rules beyond their shape. */
export function checkApprovals(rows: PolicySource['approvals']): readonly Problem[] {
  const found: Problem[] = [];
  for (const effect of ['disruptive', 'irreversible'] as const) {
    if (
      !rows.some(
        (row) => row.effects.includes(effect) && row.capability === '*' && row.target === '*',
      )
    ) {
      found.push(
        problem('policy-incomplete', ['approvals'], {
          message: `there is no default rule for ${effect} actions`,
          remedy: `Add a rule for ${effect} with capability '*' and target '*'.`,
        }),
      );
    }
  }
  for (const [index, row] of rows.entries()) {
    const path = ['approvals', index];
    if (row.effects.includes('irreversible') && row.quorum < 2)
      found.push(
        problem('field-invalid', [...path, 'quorum'], {
          message: 'what cannot be undone needs two approvers',
          remedy: 'Set quorum to 2 or more.',
        }),
      );
    if ((parseDuration(row.remind) ?? 0) >= (parseDuration(row.expires) ?? 0))
      found.push(
        problem('field-invalid', [...path, 'remind'], {
          message: 'the reminder comes before the expiry',
          remedy: 'Shorten `remind`.',
        }),
      );
  }
  return found;
}
