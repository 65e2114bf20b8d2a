import { allManifests } from '../../connectors/registry.ts';
import type { ConnectorManifest } from '../../domain/capability.ts';

/** What the real connectors declare: playbooks in tests are compiled against the same manifests as in production. */
export const testManifests = (): readonly ConnectorManifest[] => allManifests();

/** The connections by which the shipped playbooks call their products. */
export const testConnections: readonly { readonly name: string; readonly connector: string }[] = [
  { name: 'tickets', connector: 'board' },
  { name: 'edr', connector: 'crowdstrike' },
  { name: 'idp', connector: 'okta' },
  { name: 'cloud', connector: 'aws-iam' },
  { name: 'cmdb', connector: 'assets' },
  { name: 'intel', connector: 'indicators' },
  { name: 'oncall', connector: 'webhook' },
];
