import { BlockList, isIP } from 'node:net';
import { SallyportError } from '../../domain/errors.ts';

/** Whether an address may send. Throws CONFIG_INVALID for what is neither an address nor a network. */
export function allowedSenders(addresses: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of addresses) {
    const [address = '', bits] = entry.split('/');
    const family = familyOf(address);
    const size = bits === undefined ? null : Number(bits);
    if (family === null || (size !== null && !(size <= (family === 'ipv4' ? 32 : 128))))
      throw new SallyportError('CONFIG_INVALID', `${entry} is no address and no network`);
    if (size === null) list.addAddress(address, family);
    else list.addSubnet(address, size, family);
  }
  return (given) => {
    const address = plainAddress(given);
    const family = familyOf(address);
    return family !== null && list.check(address, family);
  };
}

/** A socket that takes both families shows IPv4 as `::ffff:192.0.2.7`. */
export const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? 'ipv4' : 'ipv6';
}
