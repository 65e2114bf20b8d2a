import { SallyportError } from '../domain/errors.ts';
import type { PullSource, SourceConfig } from './source-config.ts';
import type { ConfigFile } from './config.schema.ts';
import { portOf } from './port-of.ts';
import { interpolate } from './variables.ts';
import { present } from './present.ts';
import { resolveSecret } from './secrets.ts';
import type { SecretScope } from './secrets.ts';
import type { Rotation, SenderProof, SyslogListen } from './sender-proof.ts';
import { entraTokens, googleTokens } from './token-issuers.ts';

type SourceFile = ConfigFile['sources'][string];

export async function resolveSource(file: SourceFile, scope: SecretScope): Promise<SourceConfig> {
  const { verify, pull, ...rest } = file;
  return {
    ...present(rest),
    verify: await resolveProof(verify, scope),
    ...(pull === undefined ? {} : { pull: await resolvePull(pull, scope) }),
  };
}

async function resolvePull(
  file: NonNullable<SourceFile['pull']>,
  scope: SecretScope,
): Promise<PullSource> {
  const { secret, ...rest } = present(file);
  return {
    ...rest,
    address: interpolate(file.address, scope.variables),
    ...(file.secret === undefined ? {} : { secret: await resolveSecret(file.secret, scope) }),
  };
}

async function resolveProof(file: SourceFile['verify'], scope: SecretScope): Promise<SenderProof> {
  switch (file.kind) {
    case 'google':
      return googleTokens(file);
    case 'entra':
      return entraTokens(file);
    case 'oidc': {
      const { issuer, claims, ...rest } = present(file);
      const wanted = Object.entries(claims).map(([name, values]) => ({ names: [name], values }));
      return { ...rest, issuers: [issuer], claims: wanted };
    }
    case 'aws-sns':
    case 'pull':
      return file;
    case 'syslog':
      return { ...file, listen: await Promise.all(file.listen.map((one) => listenOf(one, scope))) };
    default:
      return { ...present(file), ...(await rotationOf(file, scope)) };
  }
}

interface WrittenRotation {
  readonly secrets: readonly string[];
  readonly retiring?: readonly { readonly secret: string; readonly until: string }[] | undefined;
}

async function rotationOf(file: WrittenRotation, scope: SecretScope): Promise<Required<Rotation>> {
  const reveal = async (reference: string): Promise<string> =>
    (await resolveSecret(reference, scope)).reveal();
  return {
    secrets: await Promise.all(file.secrets.map(reveal)),
    retiring: await Promise.all(
      (file.retiring ?? []).map(async (item) => ({
        secret: await reveal(item.secret),
        untilMs: Date.parse(item.until),
      })),
    ),
  };
}

type ListenFile = Extract<SourceFile['verify'], { kind: 'syslog' }>['listen'][number];

async function listenOf(file: ListenFile, scope: SecretScope): Promise<SyslogListen> {
  const { transport, tls } = file;
  const host = interpolate(file.host, scope.variables);
  const port = portOf(file.port, (text) => interpolate(text, scope.variables));
  if ((transport === 'tls') !== (tls !== undefined))
    throw new SallyportError(
      'CONFIG_INVALID',
      'syslog: `tls` belongs to the transport tls, and must be there',
    );
  if (tls === undefined) return { transport, host, port };
  const pem = async (reference: string): Promise<string> =>
    (await resolveSecret(reference, scope)).reveal();
  return {
    transport,
    host,
    port,
    tls: {
      certificate: await pem(tls.certificate),
      key: await pem(tls.key),
      ...(tls.clients === undefined ? {} : { clients: await pem(tls.clients) }),
    },
  };
}
