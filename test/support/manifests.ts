import { allManifests } from '../../connectors/registry.ts';
import type { CapabilityManifest, ConnectorManifest } from '../../domain/capability.ts';
import type { JsonObject } from '../../domain/json.ts';

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

const anyObject: JsonObject = { type: 'object' };

/** A capability for compiler tests, with only what the test names differing from a harmless lookup. */
export function aCapability(fields: Partial<CapabilityManifest> & { readonly name: string }): CapabilityManifest {
  return {
    title: fields.name,
    effect: 'read',
    privilege: 'lookup',
    input: anyObject,
    output: anyObject,
    target: null,
    reveals: [],
    undo: null,
    precondition: null,
    settle: 'none',
    reach: 'a test',
    ...fields,
  };
}
