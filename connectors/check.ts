import { SallyportError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Egress } from '../platform/http.ts';
import type { CallContext, Connection, ConnectionReport, ConnectorPorts } from './contract.ts';
import { connectorNamed } from './registry.ts';

export interface CheckDeps {
  readonly egress: Egress;
  readonly clock: Clock;
  readonly ports: ConnectorPorts;
  readonly tenant: string;
  readonly signal: AbortSignal;
}

/** Tests reach and credential of one connection and asks whether the credential can write; changes nothing there. */
export async function checkConnection(
  connection: Connection,
  deps: CheckDeps,
): Promise<ConnectionReport> {
  const connector = connectorNamed(connection.connector);
  if (connector === null)
    throw new SallyportError(
      'CONFIG_INVALID',
      `connections.${connection.name}.connector names no connector`,
    );
  return connector.check(callContext(connection, { ...deps, idempotencyKey: 'connection-check' }));
}

/** What a capability of this connection is called with. */
export function callContext(
  connection: Connection,
  deps: CheckDeps & { readonly idempotencyKey: string },
): CallContext {
  const { egress, clock, ports, tenant, signal, idempotencyKey } = deps;
  return {
    connection,
    http: egress.clientFor(connection),
    idempotencyKey,
    tenant,
    clock,
    signal,
    ports,
  };
}
