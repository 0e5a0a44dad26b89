/** Networks of clients: `10.0.0.0/8`, `fd00::/8`, or one address. */
import { BlockList, isIP } from 'node:net';
import { textOf } from './scalars.js';
import { value } from './setting.js';

/** A network, as it is printed, or an error message. */
export function parseNetwork(text: string): string | { fault: string } {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0) return { fault: 'is not a network; write 10.0.0.0/8, fd00::/8 or one address' };
  const bits = version === 4 ? 32 : 128;
  if (more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length)) || Number(length ?? 0) > bits)
    return { fault: `has an invalid prefix length; write /0 to /${bits}` };
  return length === undefined ? address : `${address}/${Number(length)}`;
}

/** A network of clients. */
export const network = () =>
  value<string>({
    words: 'network',
    json: { type: 'string' },
    read(scalar, refuse) {
      const text = parseNetwork(textOf(scalar).trim());
      return typeof text === 'string' ? text : refuse(text.fault);
    },
    print: (text) => text,
  });

/**
 * Whether an address is in one of the networks. An IPv4 address that arrived at an IPv6 socket (`::ffff:10.0.0.1`)
 * counts as IPv4; a zone (`fe80::1%eth0`) is ignored. No network contains an unknown address.
 */
export function networkMatcher(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length] = network.split('/');
    const family = familyOf(address);
    if (length === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(length), family);
  }
  return (given = '') => {
    const [address = ''] = given.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1);
    return isIP(address) !== 0 && list.check(address, familyOf(address));
  };
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');
