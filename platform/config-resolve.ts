import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { isObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type {
  ApiToken,
  Config,
  ConfiguredKey,
  ConnectionConfig,
  Environment,
  TemporalConfig,
} from './config.ts';
import { readPolicies } from '../redaction/read-policies.ts';
import type { ConfigFile } from './config.schema.ts';
import { portOf } from './port-of.ts';
import { resolveSource } from './resolve-source.ts';
import { hideSecret, resolveSecret } from './secrets.ts';
import type { Secret, SecretScope } from './secrets.ts';
import { interpolate } from './variables.ts';

export interface Resolving {
  readonly environment: Environment;
  readonly scope: SecretScope;
  readonly dataDir: string;
  readonly path: string;
}

/** Follows every reference of a checked file. Throws CONFIG_INVALID at the first that leads nowhere. */
export async function resolveConfig(file: ConfigFile, context: Resolving): Promise<Config> {
  const { scope, dataDir, environment } = context;
  const plain = (text: string): string => interpolate(text, scope.variables);
  const folder = (text: string): string => resolve(scope.baseDir, plain(text));
  const ownFile = (text: string | undefined, fallback: string): string =>
    text === undefined ? resolve(dataDir, fallback) : folder(text);
  const { publicUrl } = file.listen;
  return deepFreeze({
    path: context.path,
    tenant: file.tenant,
    dataDir,
    listen: {
      host: plain(file.listen.host),
      port: portOf(file.listen.port, plain),
      publicUrl: publicUrl === undefined ? null : plain(publicUrl),
    },
    databaseUrl:
      environment.databaseUrl === null
        ? await optionalSecret(file.database.url, scope)
        : hideSecret(environment.databaseUrl),
    temporal: await resolveTemporal(file.temporal, context),
    playbooksDir: folder(file.playbooks),
    policyDir: folder(file.policy),
    ledger: {
      dir: ownFile(file.ledger.dir, 'ledger'),
      origin: plain(file.ledger.origin),
      keyFile: ownFile(file.ledger.keyFile, 'keys/log.pem'),
    },
    keyFile: ownFile(file.keyFile, 'keys/keyring.json'),
    keys: file.keys === undefined ? null : await resolveKeys(file.keys, scope),
    sources: await mapRecord(file.sources, (source) => resolveSource(source, scope)),
    connections: await mapRecord(file.connections, (connection, name) =>
      resolveConnection(connection, { name, scope }),
    ),
    tokens: await Promise.all(file.tokens.map((token) => resolveToken(token, scope))),
    limits: file.limits,
    redaction: {
      ...readPolicies(file.redaction),
      retentionDays: file.redaction.retentionDays,
    },
    retention: await resolveRetention(file.retention, scope),
    log: {
      level: file.log.level,
      file: file.log.file === undefined ? null : folder(file.log.file),
    },
  });
}

type Plain = (text: string) => string;

type Place = Pick<TemporalConfig, 'address' | 'namespace' | 'port' | 'uiPort'>;

export function temporalPlace(
  file: ConfigFile['temporal'],
  context: Pick<Resolving, 'environment' | 'scope'>,
): Place {
  const { environment, scope } = context;
  const plain: Plain = (text) => interpolate(text, scope.variables);
  return {
    address:
      environment.temporalAddress ?? (file.address === undefined ? null : plain(file.address)),
    namespace: environment.temporalNamespace ?? file.namespace,
    port: portOf(file.port, plain),
    uiPort: portOf(file.uiPort, plain),
  };
}

async function resolveTemporal(
  file: ConfigFile['temporal'],
  context: Resolving,
): Promise<TemporalConfig> {
  const { scope } = context;
  const { tls } = file;
  return {
    ...temporalPlace(file, context),
    apiKey: await optionalSecret(file.apiKey, scope),
    tls:
      tls === undefined
        ? null
        : {
            ca: await optionalSecret(tls.ca, scope),
            certificate: await optionalSecret(tls.certificate, scope),
            key: await optionalSecret(tls.key, scope),
          },
  };
}

interface Named {
  readonly name: string;
  readonly scope: SecretScope;
}

async function resolveConnection(
  file: ConfigFile['connections'][string],
  context: Named,
): Promise<ConnectionConfig> {
  const plain: Plain = (text) => interpolate(text, context.scope.variables);
  return {
    name: context.name,
    connector: file.connector,
    address: plain(file.address ?? ''),
    secretRef: file.secret ?? '',
    secret: await optionalSecret(file.secret, context.scope),
    options: plainObject(file.options, plain),
    egress: { hosts: file.egress.hosts.map(plain), private: file.egress.private },
  };
}

async function resolveToken(
  file: ConfigFile['tokens'][number],
  scope: SecretScope,
): Promise<ApiToken> {
  const token = await resolveSecret(file.token, scope);
  const sha256 = createHash('sha256').update(token.reveal()).digest('hex');
  return { name: file.name, person: file.person, roles: file.roles, sha256 };
}

async function resolveRetention(
  { alertsDays, originals }: ConfigFile['retention'],
  scope: SecretScope,
): Promise<Config['retention']> {
  if (originals === undefined) return { alertsDays, originals: null };
  const { id, secret } = originals.key;
  const key = { id, secret: await resolveSecret(secret, scope) };
  return { alertsDays, originals: { key, hours: originals.hours } };
}

async function resolveKeys(
  file: NonNullable<ConfigFile['keys']>,
  scope: SecretScope,
): Promise<NonNullable<Config['keys']>> {
  const ring = (keys: typeof file.tokens): Promise<ConfiguredKey[]> =>
    Promise.all(
      keys.map(async ({ id, secret, overlapUntil }) => ({
        id,
        overlapUntil,
        secret: await resolveSecret(secret, scope),
      })),
    );
  return {
    token: await ring(file.tokens),
    vault: await ring(file.vault),
    codec: await ring(file.payload),
  };
}

async function optionalSecret(
  reference: string | undefined,
  scope: SecretScope,
): Promise<Secret | null> {
  return reference === undefined ? null : resolveSecret(reference, scope);
}

function plainObject(value: JsonObject, plain: Plain): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, plainJson(inner, plain)]),
  );
}

function plainJson(value: Json, plain: Plain): Json {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map((inner: Json) => plainJson(inner, plain));
  return isObject(value) ? plainObject(value, plain) : value;
}

async function mapRecord<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, name: string) => Promise<To>,
): Promise<Record<string, To>> {
  const rows = await Promise.all(
    Object.entries(record).map(async ([name, value]) => [name, await map(value, name)] as const),
  );
  return Object.fromEntries(rows);
}

/** Secrets are frozen already and keep their text out of reach. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
  return value;
}
