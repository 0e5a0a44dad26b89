/**
 * Where a request may lead to. The operator chose the registry's own host, whatever its address is. Redirects and
 * token servers are chosen by the registry: they must not reach into this machine, its link or the cloud's
 * metadata service. Private networks are allowed, because object storage is often in one.
 *
 * What counts is the address that is connected to: the check is in the lookup of the connection, so a name that
 * resolves to something else a moment later gains nothing. Through a proxy the proxy resolves, so there this
 * can only look at what the name means here.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { lookup as dnsLookupAsync } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { RegistryError } from './error.js';
import type { Trusted } from './port.js';

const NEVER = listOf([
  '0.0.0.0/8', // this host
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, and the metadata service of most clouds
  '100.100.100.200/32', // Alibaba's metadata
  '168.63.129.16/32', // Azure's host agent
  '192.0.0.192/32', // Oracle's metadata
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '::/96', // unspecified, loopback, IPv4-compatible
  'fe80::/10', // link-local
  'ff00::/8', // multicast
  'fd00:ec2::254/128', // AWS' metadata
  '64:ff9b::7f00:0/104', // NAT64 of loopback
  '64:ff9b::a9fe:0/112', // NAT64 of link-local
]);

/** Decides for one registry. */
export class AddressGuard {
  readonly #own: string | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #addresses: BlockList;

  /** `own`: the registry's URL. */
  constructor(own: URL, { realms = [], addresses = [], own: trusted = true }: Trusted = {}) {
    this.#own = trusted ? hostAndPort(own) : undefined;
    const networks = addresses.filter((entry) => isIP(entry.split('/')[0] ?? '') !== 0);
    this.#addresses = listOf(networks);
    this.#hosts = new Set([...realms, ...addresses].map((entry) => entry.toLowerCase()));
  }

  /**
   * What the connection resolves names with: refuses what must not be reached. Undefined for a host that may be
   * anywhere. Throws `redirect` for an address that is written in the URL.
   */
  lookupFor(url: URL): LookupFunction | undefined {
    if (this.#isTrusted(url)) return undefined;
    const address = literal(url);
    if (isIP(address) !== 0) this.#check(url.host, address);
    return (hostname, options, done) =>
      dnsLookup(hostname, { ...options, all: true }, (error, found) => {
        if (error) return done(error, []);
        const refused = this.#firstRefused(found);
        if (refused) return done(refusal(url.host, refused), []);
        if (options.all) return done(null, found);
        const [first] = found;
        return done(null, first?.address ?? '', first?.family);
      });
  }

  /** The same for a connection through a proxy. A name that means nothing here is the proxy's business. */
  async checkBeforeProxy(url: URL): Promise<void> {
    if (this.#isTrusted(url)) return;
    const address = literal(url);
    const found = isIP(address)
      ? [{ address, family: isIP(address) }]
      : await dnsLookupAsync(address, { all: true }).catch((): LookupAddress[] => []);
    const refused = this.#firstRefused(found);
    if (refused) throw refusal(url.host, refused);
  }

  #isTrusted(url: URL): boolean {
    return [hostAndPort(url), url.host, url.hostname].some(
      (host) => host === this.#own || this.#hosts.has(host),
    );
  }

  #check(host: string, address: string): void {
    const refused = this.#firstRefused([{ address, family: isIP(address) }]);
    if (refused) throw refusal(host, refused);
  }

  #firstRefused(found: readonly LookupAddress[]): string | undefined {
    return found.find(({ address, family }) => {
      const kind = family === 6 ? 'ipv6' : 'ipv4';
      return NEVER.check(address, kind) && !this.#addresses.check(address, kind);
    })?.address;
  }
}

function refusal(host: string, address: string): RegistryError {
  const where = host === address ? host : `${host} (${address})`;
  return new RegistryError(
    'redirect',
    `the registry leads to ${where}, an address inside of this machine or its network; name it in registry.addresses if it should`,
  );
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of networks) {
    const [address = '', bits] = entry.split('/');
    const kind = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, kind);
    else list.addSubnet(address, Number(bits), kind);
  }
  return list;
}

/** With the port also where it is the protocol's own. */
function hostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

function literal({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
