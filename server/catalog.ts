import { appendEntries } from '../audit/append.ts';
import { newEntry } from '../audit/entry.ts';
import { loadCatalog } from '../catalog/load.ts';
import type { CatalogPlan } from '../catalog/load.ts';
import { recordCatalog } from '../catalog/store-catalog.ts';
import { allManifests } from '../connectors/registry.ts';
import { SallyportError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import type { Core } from './core.ts';

/** A catalog without problems, recorded: what is in force now. */
export interface LoadedCatalog {
  readonly plans: ReadonlyMap<string, CatalogPlan>;
  readonly policy: Policy;
  readonly policyDigest: string;
}

const problemsShown = 20;

/** Reads playbooks and policy, refuses them as a whole where anything is wrong, and records what changed. */
export async function openCatalog(core: Core): Promise<LoadedCatalog> {
  const { config, clock } = core;
  const catalog = loadCatalog({
    playbooksDir: config.playbooksDir,
    policyDir: config.policyDir,
    manifests: allManifests(),
    connections: Object.values(config.connections),
  });
  const { plans, policy, policyDigest } = catalog;
  const lines = catalog.problems
    .slice(0, problemsShown)
    .map(
      (each) =>
        `${each.file}:${each.line}:${each.column}: ${each.message}${each.remedy === '' ? '' : ` ${each.remedy}`}`,
    );
  if (lines.length > 0 || policy === null)
    throw new SallyportError('PLAYBOOK_INVALID', lines.join('\n') || 'there is no policy');
  await recordCatalog(core.db, catalog, {
    clock,
    tenant: config.tenant,
    append: (tx, entries) =>
      appendEntries(
        tx,
        entries.map((entry) => newEntry(entry, clock)),
      ),
  });
  return { plans, policy, policyDigest };
}
