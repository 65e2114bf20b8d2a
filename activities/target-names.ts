import type { CapabilityManifest } from '../domain/capability.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { asksForName, protectionOf, type Act, type NamedTarget } from '../domain/target-rules.ts';
import type { RunRef } from './contract.ts';
import type { ActivityDeps } from './deps.ts';

interface TargetCase {
  readonly policy: Policy;
  readonly manifest: CapabilityManifest;
  readonly target: { readonly kind: string; readonly id: string };
  /** Where its approval is to be decided as well. */
  readonly act: Act | null;
  readonly run: RunRef;
}

/**
 * What a target is called: as its order has it, and in clear where that is a token of a kind that the capability may see
 * and policy asks for names.
 * SECURITY: rules are written with clear names, and a rule that is compared with a token protects nobody. The clear name
 * goes no further than the comparison. Throws where a token cannot be turned back: who it is must be known.
 */
export async function targetNames(
  deps: Pick<ActivityDeps, 'reveal'>,
  { policy, manifest, target: { kind, id }, act, run }: TargetCase,
): Promise<readonly string[]> {
  if (!asksForName(policy, kind, act)) return [id];
  const clear = await deps.reveal(
    { id },
    {
      tenant: run.tenant,
      incidentId: run.incidentId,
      runKey: run.key,
      capability: manifest.name,
      privilege: manifest.privilege,
      kinds: manifest.reveals,
    },
  );
  return typeof clear['id'] === 'string' && clear['id'] !== id ? [id, clear['id']] : [id];
}

/** SECURITY: says which rule protects it, never what it is called in clear. */
export function refuseProtected(policy: Policy, target: NamedTarget): void {
  const hit = protectionOf(policy, target);
  if (hit !== null) throw new SallyportError('TARGET_PROTECTED', `${hit.id}: ${hit.reason}`);
}
