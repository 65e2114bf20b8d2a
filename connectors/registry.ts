import type { CapabilityManifest, ConnectorManifest } from '../domain/capability.ts';
import type { Capability, Connector } from './contract.ts';
import { assets } from './assets/capabilities.ts';
import { awsIam } from './aws-iam/capabilities.ts';
import { board } from './board/capabilities.ts';
import { crowdstrike } from './crowdstrike/capabilities.ts';
import { deploys } from './deploys/capabilities.ts';
import { genericHttp } from './generic-http/capabilities.ts';
import { githubIssues } from './github/capabilities.ts';
import { indicators } from './indicators/capabilities.ts';
import { okta } from './okta/capabilities.ts';
import { smtp } from './smtp/capabilities.ts';
import { webhook } from './webhook/capabilities.ts';

/** Every product that we speak to. A new connector is one folder and one line here. */
const connectors: readonly Connector[] = [
  assets,
  awsIam,
  board,
  crowdstrike,
  deploys,
  genericHttp,
  githubIssues,
  indicators,
  okta,
  smtp,
  webhook,
];

const byName = new Map(connectors.map((connector) => [connector.manifest.name, connector]));
const capabilities = new Map(
  connectors.flatMap((connector) => Object.entries(connector.capabilities)),
);

export function connectorNamed(name: string): Connector | null {
  return byName.get(name) ?? null;
}

export function capabilityNamed(name: string): Capability | null {
  return capabilities.get(name) ?? null;
}

export function manifestNamed(capability: string): CapabilityManifest | null {
  return capabilities.get(capability)?.manifest ?? null;
}

export function allManifests(): readonly ConnectorManifest[] {
  return connectors.map(({ manifest }) => manifest);
}
