/**
 * What kind of network an address belongs to: the special-purpose registries of IANA (RFC 6890), and the metadata
 * services of clouds, which hand out credentials to every client.
 *
 * An IPv4 address can be written inside of an IPv6 address (mapped, translated, compatible, NAT64, 6to4, Teredo,
 * ISATAP). The packets end at the IPv4 address, so the address counts as what either of the two is.
 */
import ipaddr from 'ipaddr.js';

/**
 * `loopback`: this machine. `private`: a network without routes from the Internet. `link-local`, `metadata`: what
 * the machine's host or cloud offers. `reserved`: multicast, documentation, benchmarks, tunnels, unassigned.
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'link-local' | 'metadata' | 'reserved';

type Parsed = ipaddr.IPv4 | ipaddr.IPv6;

/** One address or network: `[address, bits]`. */
export type Network = readonly [address: Parsed, bits: number];

const METADATA: readonly Network[] = [
  '169.254.169.254/32', // AWS, Azure, Google Cloud, OpenStack and others
  '100.100.100.200/32', // Alibaba Cloud
  '168.63.129.16/32', // Azure's host agent, a public address that never leaves the host
  '192.0.0.192/32', // Oracle Cloud
  'fd00:ec2::/32', // AWS: instance metadata, credentials of EKS pods, DNS, time
  'fd20:ce::/32', // Google Cloud
].map((network) => ipaddr.parseCIDR(network));

/** By the names of ipaddr.js; what is not in the table is reserved. */
const KINDS: Readonly<Partial<Record<string, AddressKind>>> = {
  unicast: 'public',
  // only ways to write an IPv4 address, which decides
  ipv4Mapped: 'public',
  rfc6145: 'public',
  rfc6052: 'public',
  // a name server of the AS112 project, or a relay: addresses of the Internet
  as112: 'public',
  as112v6: 'public',
  amt: 'public',
  loopback: 'loopback',
  // the zero address connects to this machine
  unspecified: 'loopback',
  private: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  // pod networks and overlay networks
  carrierGradeNat: 'private',
  linkLocal: 'link-local',
};

/** The most dangerous first: an address that is several of them counts as the first. */
const ORDER: readonly AddressKind[] = ['metadata', 'link-local', 'loopback', 'private', 'reserved', 'public'];

/** IPv6 outside of these is not assigned to anything that can be reached over the Internet. */
const GLOBAL: readonly Network[] = ['2000::/3', '64:ff9b::/96', '::ffff:0:0/96', '::ffff:0:0:0/96'].map(
  (network) => ipaddr.parseCIDR(network),
);

/** `address`: IPv4 or IPv6, without brackets; a zone does not count. */
export function kindOfAddress(address: string): AddressKind {
  const kinds = new Set(formsOf(address).map(kindOf));
  return ORDER.find((kind) => kinds.has(kind)) ?? 'reserved';
}

/** An address as it is written, and the IPv4 addresses in it. */
export function formsOf(address: string): Parsed[] {
  const [bare = ''] = address.split('%');
  const parsed = ipaddr.parse(bare);
  return parsed instanceof ipaddr.IPv4 ? [parsed] : [parsed, ...embeddedIn(parsed)];
}

/** Whether an address of either family is in a network. */
export const isWithin = (address: Parsed, network: Network): boolean =>
  address.kind() === network[0].kind() && address.match(network[0], network[1]);

function kindOf(address: Parsed): AddressKind {
  if (METADATA.some((network) => isWithin(address, network))) return 'metadata';
  const kind = KINDS[address.range()] ?? 'reserved';
  const isUnassigned =
    kind === 'public' && address.kind() === 'ipv6' && !GLOBAL.some((network) => isWithin(address, network));
  return isUnassigned ? 'reserved' : kind;
}

/** Where each form has its IPv4 address, in bytes. */
const PLACES: readonly (readonly [network: Network, at: readonly number[]])[] = [
  [ipaddr.parseCIDR('::/96'), [12, 13, 14, 15]], // compatible
  [ipaddr.parseCIDR('::ffff:0:0/96'), [12, 13, 14, 15]], // mapped
  [ipaddr.parseCIDR('::ffff:0:0:0/96'), [12, 13, 14, 15]], // translated
  [ipaddr.parseCIDR('64:ff9b::/96'), [12, 13, 14, 15]], // NAT64
  [ipaddr.parseCIDR('64:ff9b:1::/48'), [12, 13, 14, 15]], // NAT64 of the local network, with 96 bits
  [ipaddr.parseCIDR('64:ff9b:1::/48'), [6, 7, 9, 10]], // and with 48 bits (RFC 6052)
  [ipaddr.parseCIDR('2002::/16'), [2, 3, 4, 5]], // 6to4
];

/** The client's address in a Teredo address is written with all of its bits inverted. */
const TEREDO = ipaddr.parseCIDR('2001::/32');

function embeddedIn(address: ipaddr.IPv6): ipaddr.IPv4[] {
  const bytes = address.toByteArray();
  const at = (places: readonly number[]) => places.map((place) => bytes[place] ?? 0);
  const found = PLACES.filter(([network]) => isWithin(address, network)).map(([, places]) => at(places));
  const last = at([12, 13, 14, 15]);
  if (isWithin(address, TEREDO)) found.push(last.map((byte) => byte ^ 0xff));
  // ISATAP (RFC 5214): below any prefix
  const [first, second, third, fourth] = at([8, 9, 10, 11]);
  const isIsatap = ((first ?? 0) & ~2) === 0 && second === 0 && third === 0x5e && fourth === 0xfe;
  if (isIsatap) found.push(last);
  // ::1 and :: are themselves, and no IPv4 addresses
  const isPlain = address.range() === 'loopback' || address.range() === 'unspecified';
  return isPlain ? [] : found.map((four) => new ipaddr.IPv4(four));
}
