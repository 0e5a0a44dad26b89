/**
 * What kind of network an address belongs to: the special-purpose registries of IANA (RFC 6890), and the metadata
 * services of clouds, which hand out credentials to every client.
 *
 * An IPv4 address can be written inside of an IPv6 address (mapped, IPv4-compatible, NAT64, 6to4). The connection
 * ends at the IPv4 address, so each IPv4 network below also stands for these forms of itself.
 */
import { BlockList, isIP } from 'node:net';

/**
 * `loopback`: this machine. `private`: a network without routes from the Internet. `link-local`, `metadata`: what
 * the machine's host or cloud offers. `reserved`: multicast, documentation, benchmarks, tunnels, unassigned.
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'link-local' | 'metadata' | 'reserved';

/** The first kind whose networks hold the address applies. */
const NETWORKS: readonly (readonly [kind: AddressKind, networks: readonly string[]])[] = [
  [
    'metadata',
    [
      '169.254.169.254/32', // AWS, Azure, Google Cloud, OpenStack and others
      '100.100.100.200/32', // Alibaba Cloud
      '168.63.129.16/32', // Azure's host agent, a public address that never leaves the host
      '192.0.0.192/32', // Oracle Cloud
      'fd00:ec2::/32', // AWS: instance metadata, credentials of EKS pods, DNS, time
      'fd20:ce::/32', // Google Cloud
    ],
  ],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['loopback', ['127.0.0.0/8', '::1/128', '0.0.0.0/8', '::/128']], // the zero address connects to this machine
  [
    'private',
    [
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '100.64.0.0/10', // carrier-grade NAT, pod networks, overlay networks
      'fc00::/7', // unique local
      'fec0::/10', // site-local, the former unique local
    ],
  ],
  [
    'reserved',
    [
      '192.0.0.0/24', // IETF protocol assignments
      '192.0.2.0/24', // documentation
      '192.88.99.0/24', // 6to4 relays
      '198.18.0.0/15', // benchmarks
      '198.51.100.0/24', // documentation
      '203.0.113.0/24', // documentation
      '224.0.0.0/4', // multicast
      '240.0.0.0/4', // reserved, broadcast
      '2001::/23', // IETF protocol assignments: Teredo, benchmarks, ORCHID
      '2001:db8::/32', // documentation
      '2002::/16', // 6to4
      '3fff::/20', // documentation
    ],
  ],
];

/** IPv6 outside of these is not assigned to anything that can be reached over the Internet. */
const GLOBAL = ['2000::/3', '64:ff9b::/96', '::ffff:0:0/96'];

/** Networks as `10.0.0.0/8` or single addresses, in which addresses are looked up. */
export class Networks {
  readonly #list = new BlockList();

  /** Entries that are neither an address nor a network are left out. */
  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', bits] = network.split('/');
      const version = isIP(address);
      if (version === 0) continue;
      this.#add(address, bits === undefined ? undefined : Number(bits), version);
    }
  }

  /** `address` without brackets. */
  has(address: string): boolean {
    const [bare = ''] = address.split('%'); // without the zone
    return this.#list.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
  }

  #add(address: string, bits: number | undefined, version: number): void {
    if (version === 6) {
      this.#list.addSubnet(address, bits ?? 128, 'ipv6');
      return;
    }
    // node itself finds the mapped form, `::ffff:10.0.0.1`, in the networks of IPv4
    this.#list.addSubnet(address, bits ?? 32, 'ipv4');
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
    const groups = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
    this.#list.addSubnet(`::${groups}`, 96 + (bits ?? 32), 'ipv6');
    this.#list.addSubnet(`64:ff9b::${groups}`, 96 + (bits ?? 32), 'ipv6');
    this.#list.addSubnet(`2002:${groups}::`, 16 + (bits ?? 32), 'ipv6');
  }
}

const KINDS = NETWORKS.map(([kind, networks]) => [kind, new Networks(networks)] as const);
const globalNetworks = new Networks(GLOBAL);

/** `address`: IPv4 or IPv6, without brackets. */
export function kindOfAddress(address: string): AddressKind {
  const known = KINDS.find(([, networks]) => networks.has(address));
  if (known) return known[0];
  return address.includes(':') && !globalNetworks.has(address) ? 'reserved' : 'public';
}
