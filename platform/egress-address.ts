import { BlockList, isIP } from 'node:net';

/**
 * Which addresses a connection may reach. `public` is everything that IANA's special-purpose registries leave to the
 * open internet; `private` adds loopback and private networks, for connections that say so.
 */
export type AddressScope = 'public' | 'private';

/** SECURITY: cloud metadata hands out credentials. No connection may reach it, whatever it says. */
const metadata = blockList([
  ['169.254.0.0', 16],
  ['168.63.129.16', 32],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['fd00:ec2::254', 128],
  ['fe80::', 10],
]);

const privateNetworks = blockList([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
]);

/** What is left of IPv4 after it is open to the public; sources: IANA IPv4 special-purpose registry, RFC 6890. */
const reservedIpv4 = blockList([
  ['0.0.0.0', 8],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);

/** IPv6 is an allow-list: global unicast, without what is carved out of it. */
const globalIpv6 = blockList([['2000::', 3]]);
const reservedIpv6 = blockList([
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

/** True if a socket to this literal address is allowed. Anything that is not an address is not. */
export function mayReach(address: string, scope: AddressScope): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (family === 6 && isIpv4Mapped(address)) return false;
  if (metadata.check(address, kind)) return false;
  if (privateNetworks.check(address, kind)) return scope === 'private';
  if (family === 4) return !reservedIpv4.check(address, kind);
  return globalIpv6.check(address, kind) && !reservedIpv6.check(address, kind);
}

/** An IPv4 address in IPv6 clothes has no business here: the resolver gives the plain form. */
function isIpv4Mapped(address: string): boolean {
  return mapped.check(address, 'ipv6');
}

const mapped = blockList([['::ffff:0:0', 96]]);

function blockList(ranges: readonly (readonly [network: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges)
    list.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6');
  return list;
}
