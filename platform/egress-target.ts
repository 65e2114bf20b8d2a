import { SallyportError } from '../domain/errors.ts';
import type { AddressScope } from './egress-address.ts';
import { checkedAddresses, type Resolve } from './egress-connect.ts';

/** Where a connection may go: the origin of `address`, which must be on `hosts` (its own host if the list is empty). */
export interface EgressTarget {
  readonly name: string;
  readonly address: string;
  readonly egress: { readonly hosts: readonly string[]; readonly private: boolean };
}

export function scopeOf(target: EgressTarget): AddressScope {
  return target.egress.private ? 'private' : 'public';
}

/** Checks what can be known without a socket: scheme, host list, no credentials in the address. */
export function checkedAddress(
  target: EgressTarget,
  schemes: readonly string[] = webSchemes(target),
): URL {
  const url = URL.canParse(target.address) ? new URL(target.address) : null;
  const blocked = (why: string): SallyportError =>
    new SallyportError('EGRESS_BLOCKED', `connection ${target.name}: ${why}`);
  if (url === null) throw blocked('the address is not a URL');
  if (!schemes.includes(url.protocol))
    throw blocked(`the address must begin with ${schemes.join('// or ')}//`);
  if (url.username !== '' || url.password !== '') throw blocked('the address holds credentials');
  const hosts = target.egress.hosts.map((host) => host.toLowerCase());
  if (hosts.length > 0 && !hosts.includes(url.hostname) && !hosts.includes(url.host))
    throw blocked('the host is not on the allow-list');
  return url;
}

/** SECURITY: credentials travel in the clear over http, which only a private network may excuse. */
function webSchemes(target: EgressTarget): readonly string[] {
  return target.egress.private ? ['https:', 'http:'] : ['https:'];
}

/** The address and one checked IP address of it, for a socket that is not HTTP's. */
export async function endpointOf(
  target: EgressTarget,
  schemes: readonly string[],
  resolve: Resolve,
): Promise<{ url: URL; address: string }> {
  const url = checkedAddress(target, schemes);
  const [address = ''] = await checkedAddresses(url.hostname, { resolve, scope: scopeOf(target) });
  return { url, address };
}
