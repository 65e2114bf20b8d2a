import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { yamlFiles } from '../catalog/load.ts';
import { readPolicy } from '../catalog/read-policy.ts';
import { checkConnection } from '../connectors/check.ts';
import type { Connection, ConnectionReport } from '../connectors/contract.ts';
import { connectorNamed } from '../connectors/registry.ts';
import { SallyportError } from '../domain/errors.ts';
import { globMatches } from '../domain/glob.ts';
import type { Grant } from '../domain/policy.ts';
import { systemClock } from '../platform/clock.ts';
import {
  loadConfig,
  outlineConfig,
  readEnvironment,
  type Environment,
} from '../platform/config.ts';
import { createEgress } from '../platform/http.ts';
import { fakeVariables } from './fakes.ts';
import { shippedConfig } from './serve.ts';

/** What `sallyport connection check` says of one connection. */
export interface CheckedConnection extends ConnectionReport {
  readonly name: string;
  readonly connector: string;
  readonly address: string;
  /** The credential can write, although policy grants this connection nothing but lookups. */
  readonly tooPowerful: boolean;
}

export interface CheckOrder {
  /** Left out: the usual file. */
  readonly configPath: string | null;
  /** Empty: all of them. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  /** The data directory of an embedded engine; null for the configured one. */
  readonly dataDir: string | null;
}

/** Needs no running engine; reads the configuration and asks each product, changing nothing there. */
export async function checkConnections({
  configPath,
  names,
  signal,
  dataDir,
}: CheckOrder): Promise<readonly CheckedConnection[]> {
  const surroundings = readEnvironment();
  const environment = dataDir === null ? surroundings : { ...surroundings, dataDir };
  const path = configPath ?? environment.configPath ?? shippedConfig;
  const variables = await embeddedVariables(path, environment);
  const may = {
    database: false,
    sources: false,
    tokens: false,
    keys: [],
    connector: () => true,
  };
  const config = await loadConfig({ path, environment, variables, may });
  const unknown = names.find((name) => !Object.hasOwn(config.connections, name));
  if (unknown !== undefined)
    throw new SallyportError('NOT_FOUND', `no connection is named ${unknown}`);
  const grants = readPolicy(yamlFiles(config.policyDir)).policy?.grants ?? [];
  const chosen = Object.values(config.connections).filter(
    ({ name }) => names.length === 0 || names.includes(name),
  );
  const egress = createEgress({ clock: systemClock });
  const deps = {
    egress,
    clock: systemClock,
    ports: { board: null, deploys: null },
    tenant: config.tenant,
    signal,
  };
  try {
    return await Promise.all(
      chosen.map(async (connection) =>
        describe(connection, await checkConnection(connection, deps), grants),
      ),
    );
  } finally {
    await egress.close();
  }
}

function describe(
  connection: Connection,
  report: ConnectionReport,
  grants: readonly Grant[],
): CheckedConnection {
  const { name, connector, address } = connection;
  return {
    name,
    connector,
    address,
    ...report,
    tooPowerful: report.canWrite === 'yes' && !mayWrite(connection, grants),
  };
}

/** True if some playbook is granted a capability of this connection that changes something. */
function mayWrite({ name, connector }: Connection, grants: readonly Grant[]): boolean {
  const writes =
    connectorNamed(connector)?.manifest.capabilities.filter(({ effect }) => effect !== 'read') ??
    [];
  const granted = grants
    .filter((grant) => grant.connection === name)
    .flatMap(({ capabilities }) => capabilities);
  return writes.some((capability) => granted.some((glob) => globMatches(glob, capability.name)));
}

/** The addresses of the embedded fakes, which the shipped configuration refers to; they come back on the same ports. */
async function embeddedVariables(
  path: string,
  environment: Environment,
): Promise<Readonly<Record<string, string>>> {
  const { dataDir } = await outlineConfig({ path, environment });
  const book = join(dataDir, 'fakes', 'addresses.json');
  // Written by the fakes, product → address.
  return existsSync(book)
    ? fakeVariables(JSON.parse(readFileSync(book, 'utf8')) as Record<string, string>)
    : {};
}
