import type { Grant } from './policy.ts';

export interface GrantedUse {
  readonly playbook: string;
  readonly connection: string;
  readonly capability: string;
}

/** Nothing is granted unless a row says so; a playbook's undo counts as its own. */
export function isGranted(grants: readonly Grant[], use: GrantedUse): boolean {
  return grants.some(
    (grant) =>
      grant.playbook === use.playbook &&
      grant.connection === use.connection &&
      grant.capabilities.includes(use.capability),
  );
}
