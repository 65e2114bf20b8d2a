import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SallyportError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { resolveConfig, temporalPlace } from './config-resolve.ts';
import type { Resolving } from './config-resolve.ts';
import { readConfigText } from './config-text.ts';
import type { RedactionPolicies } from '../redaction/read-policies.ts';
import type { ConfigFile, Role } from './config.schema.ts';
import type { KeyPurpose } from './keyring.ts';
import type { Secret } from './secrets.ts';
import type { SourceConfig } from './source-config.ts';
import { interpolate } from './variables.ts';
import type { Variables } from './variables.ts';

/** `connectors/contract.ts` calls it a Connection. */
export interface ConnectionConfig {
  readonly name: string;
  readonly connector: string;
  readonly address: string;
  readonly secretRef: string;
  readonly secret: Secret | null;
  readonly options: JsonObject;
  readonly egress: { readonly hosts: readonly string[]; readonly private: boolean };
}

export interface ApiToken {
  readonly name: string;
  readonly person: string;
  readonly roles: readonly Role[];
  /** Hex; the token itself is not kept. */
  readonly sha256: string;
}

export interface TemporalConfig {
  /** Null: the embedded server. */
  readonly address: string | null;
  readonly namespace: string;
  readonly port: number;
  readonly uiPort: number;
  readonly apiKey: Secret | null;
  readonly tls: {
    readonly ca: Secret | null;
    readonly certificate: Secret | null;
    readonly key: Secret | null;
  } | null;
}

/** Of a ring the first is current. */
export interface ConfiguredKey {
  readonly id: string;
  readonly secret: Secret;
  readonly overlapUntil?: string | undefined;
}

/** Checked, resolved and frozen. Paths are absolute. */
export interface Config {
  readonly path: string;
  readonly tenant: string;
  readonly dataDir: string;
  readonly listen: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string | null;
  };
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: Secret | null;
  readonly temporal: TemporalConfig;
  readonly playbooksDir: string;
  readonly policyDir: string;
  readonly ledger: { readonly dir: string; readonly origin: string; readonly keyFile: string };
  /** For `platform/keyring.ts`; not used where there are `keys`. */
  readonly keyFile: string;
  readonly keys: Readonly<Record<KeyPurpose, readonly ConfiguredKey[]>> | null;
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly connections: Readonly<Record<string, ConnectionConfig>>;
  readonly tokens: readonly ApiToken[];
  readonly limits: ConfigFile['limits'];
  readonly redaction: RedactionPolicies & { readonly retentionDays: number };
  readonly retention: {
    readonly alertsDays: number;
    readonly originals: { readonly key: ConfiguredKey; readonly hours: number } | null;
  };
  readonly log: {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly file: string | null;
  };
}

/** What the bootstrap and the operator say by environment; nothing else reads it. */
export interface Environment {
  readonly temporalCli: string | null;
  readonly workflowBundle: string | null;
  readonly postgresBin: string | null;
  readonly configPath: string | null;
  readonly databaseUrl: string | null;
  readonly temporalAddress: string | null;
  readonly temporalNamespace: string | null;
  readonly dataDir: string | null;
  /** For tests of crashes, see `platform/failpoint.ts`. */
  readonly failpoint: string | null;
  readonly variables: Variables;
}

export function readEnvironment(variables: Variables = process.env): Environment {
  const value = (name: string): string | null =>
    variables[name] === undefined || variables[name] === '' ? null : variables[name];
  return Object.freeze({
    temporalCli: value('SALLYPORT_TEMPORAL_CLI') ?? value('TEMPORAL_CLI'),
    workflowBundle: value('SALLYPORT_WORKFLOW_BUNDLE'),
    postgresBin: value('SALLYPORT_POSTGRES_BIN'),
    configPath: value('SALLYPORT_CONFIG'),
    databaseUrl: value('DATABASE_URL'),
    temporalAddress: value('TEMPORAL_ADDRESS'),
    temporalNamespace: value('TEMPORAL_NAMESPACE'),
    dataDir: value('SALLYPORT_DATA'),
    failpoint: value('SALLYPORT_FAILPOINT'),
    variables,
  });
}

/** A process gets the credentials of its role only. */
export interface Allowance {
  readonly database: boolean;
  readonly sources: boolean;
  readonly tokens: boolean;
  readonly keys: readonly KeyPurpose[];
  /** Whose credentials it gets; that there are other connections everyone may know. */
  readonly connector: (name: string) => boolean;
  /** Left out: it knows of all connections. */
  readonly connections?: 'none';
}

export interface ConfigOptions {
  readonly path: string;
  readonly environment: Environment;
  /** Supplied by the embedded stack; they win over the environment's. */
  readonly variables?: Variables;
  /** What this process may hold; the rest is left out before any secret of it is read. Left out: everything. */
  readonly may?: Allowance;
}

/**
 * Reads `sallyport.yaml`. Throws CONFIG_INVALID, whose message has a line for each problem: where, what, and what to
 * do; values of secrets are never in it.
 */
export async function loadConfig(options: ConfigOptions): Promise<Config> {
  const file = await readConfigFile(options.path);
  const { environment } = options;
  const variables = { ...environment.variables, ...options.variables };
  const scope = { variables, baseDir: dirname(resolve(options.path)) };
  const dataDir = dataDirOf(file, { environment, scope });
  const known = {
    ...scope,
    variables: { ...variables, SALLYPORT_DATA: dataDir, SALLYPORT_HOME: scope.baseDir },
  };
  const allowed = options.may === undefined ? file : within(file, options.may);
  const shown =
    options.may?.database === false ? { ...environment, databaseUrl: null } : environment;
  return resolveConfig(allowed, {
    environment: shown,
    scope: known,
    dataDir,
    path: resolve(options.path),
  });
}

/** What can be said before secrets are read: what the embedded stack must know before it can supply the rest. */
export interface ConfigOutline {
  readonly dataDir: string;
  readonly hasDatabase: boolean;
  readonly temporal: Pick<TemporalConfig, 'address' | 'namespace' | 'port' | 'uiPort'>;
}

export async function outlineConfig(options: ConfigOptions): Promise<ConfigOutline> {
  const file = await readConfigFile(options.path);
  const { environment } = options;
  const scope = {
    variables: { ...environment.variables, ...options.variables },
    baseDir: dirname(resolve(options.path)),
  };
  return {
    dataDir: dataDirOf(file, { environment, scope }),
    hasDatabase: environment.databaseUrl !== null || file.database.url !== undefined,
    temporal: temporalPlace(file.temporal, { environment, scope }),
  };
}

async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SallyportError(
      'CONFIG_INVALID',
      `${path} cannot be read; name another file with --config or SALLYPORT_CONFIG`,
      { cause },
    );
  });
  return readConfigText(text, path);
}

function dataDirOf(file: ConfigFile, context: Pick<Resolving, 'environment' | 'scope'>): string {
  const { scope } = context;
  return resolve(
    scope.baseDir,
    context.environment.dataDir ?? interpolate(file.dataDir, scope.variables),
  );
}

function within(file: ConfigFile, may: Allowance): ConfigFile {
  return {
    ...file,
    database: may.database ? file.database : {},
    sources: may.sources ? file.sources : {},
    // Who takes alerts in is who may seal and open them.
    retention: may.sources ? file.retention : { ...file.retention, originals: undefined },
    tokens: may.tokens ? file.tokens : [],
    keys:
      file.keys === undefined
        ? undefined
        : {
            tokens: may.keys.includes('token') ? file.keys.tokens : [],
            vault: may.keys.includes('vault') ? file.keys.vault : [],
            payload: may.keys.includes('codec') ? file.keys.payload : [],
          },
    connections: Object.fromEntries(
      Object.entries(may.connections === 'none' ? {} : file.connections).map(
        ([name, connection]) => [
          name,
          may.connector(connection.connector) ? connection : { ...connection, secret: undefined },
        ],
      ),
    ),
  };
}
