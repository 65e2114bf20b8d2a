import { Client, Connection } from '@temporalio/client';
import type { TLSConfig } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { SallyportError } from '../domain/errors.ts';
import type { TemporalConfig } from '../platform/config.ts';
import type { Base } from './base.ts';

export interface TemporalClient {
  readonly client: Client;
  close(): Promise<void>;
}

const connectTimeoutMs = 5_000;

/** Connects at its first use and again whenever it must: who holds it may start before Temporal does. */
export function openTemporalClient(base: Base): TemporalClient {
  const { config } = base;
  const dataConverter = base.converters.carried;
  const connection = Connection.lazy({
    ...placeOf(config.temporal),
    connectTimeout: connectTimeoutMs,
  });
  return {
    client: new Client({ connection, namespace: config.temporal.namespace, dataConverter }),
    close: () => connection.close(),
  };
}

export interface TemporalPlace {
  readonly address: string;
  readonly apiKey?: string;
  readonly tls?: TLSConfig | true;
}

/** Throws CONFIG_INVALID where no address is known. */
export function placeOf(config: TemporalConfig): TemporalPlace {
  const { address, apiKey, tls } = config;
  if (address === null)
    throw new SallyportError('CONFIG_INVALID', 'set TEMPORAL_ADDRESS or temporal.address');
  const pem = (secret: { reveal(): string } | null | undefined): Buffer | undefined =>
    secret === null || secret === undefined ? undefined : Buffer.from(secret.reveal());
  const [ca, crt, key] = [pem(tls?.ca), pem(tls?.certificate), pem(tls?.key)];
  const secured = {
    ...(ca === undefined ? {} : { serverRootCACertificate: ca }),
    ...(crt === undefined || key === undefined ? {} : { clientCertPair: { crt, key } }),
  };
  return {
    address,
    ...(apiKey === null ? {} : { apiKey: apiKey.reveal() }),
    ...(tls === null ? (apiKey === null ? {} : { tls: true }) : { tls: secured }),
  };
}
