import type { RevealReason } from '../activities/deps.ts';
import { SallyportError } from '../domain/errors.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { actionOf } from '../redaction/policy.ts';
import type { Destination, RedactionPolicies } from '../redaction/read-policies.ts';
import type { Redactor } from '../redaction/redact.ts';

const destinationOf: Readonly<Partial<Record<RevealReason['privilege'], Destination>>> = {
  ticket: 'ticket',
  notify: 'chat',
};

export interface Outwards {
  readonly value: JsonObject;
  /** The kinds whose tokens may be turned back. */
  readonly kinds: readonly string[];
}

/** What a destination with a policy of its own gets: redacted once more, and clear only what that policy keeps. */
export function outwards(
  by: { readonly redactor: Redactor; readonly policies: RedactionPolicies },
  value: JsonObject,
  { privilege, kinds }: Pick<RevealReason, 'privilege' | 'kinds'>,
): Outwards {
  const destination = destinationOf[privilege];
  const policy = destination === undefined ? null : by.policies.forDestination(destination);
  if (policy === null) return { value, kinds };
  const redacted = by.redactor.redact(value, policy).value;
  if (!isObject(redacted))
    throw new SallyportError('BROKEN_INVARIANT', 'redaction changed the shape of an input');
  return {
    value: redacted,
    kinds: kinds.filter((kind) => actionOf(policy, kind, 'personal') === 'keep'),
  };
}
