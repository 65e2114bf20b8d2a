import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { SallyportError } from '../domain/errors.ts';
import { mayReach, type AddressScope } from './egress-address.ts';

/** Every address of a name. Tests pass a stub. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export interface GuardOptions {
  readonly resolve: Resolve;
  readonly scope: AddressScope;
  readonly connectTimeoutMs: number;
}

/** More answers than this are not tried; all of them are checked. */
const triedMax = 4;

export const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/**
 * SECURITY: the check is made where the socket is opened, on the address that the socket then goes to. A name is
 * resolved once per socket; if any of its addresses is refused the name is (rebinding, mixed answers), and the
 * connection goes to a checked address, never to the name again.
 */
export function guardedConnector(options: GuardOptions): buildConnector.connector {
  const connect = buildConnector({
    timeout: options.connectTimeoutMs,
    allowH2: false,
    maxCachedSessions: 10,
  });
  return (target, callback) => {
    const finish = once(callback);
    checkedAddresses(target.hostname, options)
      .then((addresses) =>
        connectFirst(connect, { ...target, servername: serverName(target) }, addresses),
      )
      .then(
        (socket) => finish(null, socket),
        (error: Error) => finish(error, null),
      );
  };
}

/**
 * The literal itself, or all that it resolves to; throws `EGRESS_BLOCKED` unless every one may be reached, and
 * `VENDOR_UNAVAILABLE` where nobody says what it resolves to.
 */
export async function checkedAddresses(
  hostname: string,
  options: Pick<GuardOptions, 'resolve' | 'scope'>,
): Promise<readonly string[]> {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  const addresses = isIP(bare) === 0 ? await options.resolve(bare).catch(unnamed) : [bare];
  if (addresses.length === 0)
    throw new SallyportError('VENDOR_UNAVAILABLE', 'the host name has no address');
  for (const address of addresses) {
    if (!mayReach(address, options.scope))
      throw new SallyportError(
        'EGRESS_BLOCKED',
        'the host resolves to an address that the connection may not reach',
      );
  }
  return addresses;
}

function unnamed(cause: unknown): never {
  throw new SallyportError('VENDOR_UNAVAILABLE', 'the host name could not be resolved', { cause });
}

type Connected = Parameters<buildConnector.Callback>[1];

async function connectFirst(
  connect: buildConnector.connector,
  target: buildConnector.Options,
  addresses: readonly string[],
): Promise<NonNullable<Connected>> {
  let failure: Error = new SallyportError('VENDOR_UNAVAILABLE', 'no address answered');
  for (const address of addresses.slice(0, triedMax)) {
    const outcome = await new Promise<NonNullable<Connected> | Error>((done) => {
      connect({ ...target, hostname: address, host: address }, (error, socket) =>
        done(error ?? socket ?? failure),
      );
    });
    if (!(outcome instanceof Error)) return outcome;
    failure = outcome;
  }
  throw failure;
}

/** TLS still names and verifies the host that was asked for, not its address. */
function serverName(target: buildConnector.Options): string {
  if (target.servername !== undefined && target.servername !== '') return target.servername;
  return isIP(target.hostname) === 0 && !target.hostname.startsWith('[') ? target.hostname : '';
}

function once(callback: buildConnector.Callback): (error: Error | null, socket: Connected) => void {
  let called = false;
  return (error, socket) => {
    if (called) return;
    called = true;
    if (error !== null) callback(error, null);
    else if (socket !== null) callback(null, socket);
  };
}
