import { openActivityParts } from './activity-deps.ts';
import type { Base } from './base.ts';
import { openCatalog } from './catalog.ts';
import { openCore } from './core.ts';
import type { Core } from './core.ts';
import type { Assembled } from './engine.ts';
import { roleParts, workflowRole } from './roles.ts';
import type { Parts, RoleName, RoleParts } from './roles.ts';

/** What the roles run, and what they share. `alone`: no other process can hold batches. */
export async function assembleRoles(
  base: Base,
  roles: readonly RoleName[],
  alone: boolean,
): Promise<Assembled> {
  const shared = roles.every((role) => role === 'workflow') ? null : await openParts(base, alone);
  const close = async (): Promise<void> => {
    await shared?.activities.close();
    await shared?.core.close();
  };
  try {
    const parts = await Promise.all(
      roles.map(async (role): Promise<RoleParts> =>
        role === 'workflow' || shared === null ? workflowRole(base) : roleParts(role, shared),
      ),
    );
    return { core: shared?.core ?? null, parts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openParts(base: Base, alone: boolean): Promise<Parts> {
  const core = openCore(base);
  try {
    const catalog = await openCatalog(core);
    const activities = await openActivityParts(core, catalog);
    return { core, catalog, activities, wake: { call: () => undefined }, alone };
  } catch (error) {
    return closeAfter(error, core);
  }
}

async function closeAfter(error: unknown, core: Core): Promise<never> {
  await core.close();
  throw error;
}
