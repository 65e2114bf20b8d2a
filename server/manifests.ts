import { allManifests } from '../connectors/registry.ts';
import type { ConnectorManifest } from '../domain/capability.ts';

/** What the connectors of this build declare, for verbs that check playbooks without an engine. */
export const builtInManifests = (): readonly ConnectorManifest[] => allManifests();
