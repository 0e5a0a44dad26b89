/**
 * Where a request may lead to. The operator chose the registry's own host, so any address of it is allowed. Redirects and
 * token servers are chosen by the registry, and a registry without a configured URL by the sender of the event:
 * they reach public addresses only, and what the operator has listed.
 *
 * What counts is the address that is connected to: the check is in the lookup of the connection, so a name that
 * resolves to something else a moment later gains nothing. Through a proxy the proxy resolves, so there this
 * can only check what the name resolves to here.
 */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { lookup as dnsLookupAsync } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressKind, kindOfAddress, Networks } from './address-kinds.js';
import { RegistryError } from './error.js';
import type { Trusted } from './port.js';
import { belongs } from './realm.js';

/** Why a URL is asked. `token`: the registry named it as its token server. */
export type Purpose = 'registry' | 'token';

const PUBLIC: ReadonlySet<AddressKind> = new Set(['public']);
/** A token server of the registry's own domain gets its credentials, so it may be in its network too. */
const PUBLIC_AND_PRIVATE: ReadonlySet<AddressKind> = new Set(['public', 'private']);

/** Decides for one registry. */
export class AddressGuard {
  readonly #own: URL | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #addresses: Networks;
  readonly #settings: string;

  /** `own`: the registry's URL. */
  constructor(
    own: URL,
    { realms = [], addresses = [], own: trusted = true, settings = 'preheat.registry.' }: Trusted = {},
  ) {
    this.#own = trusted ? own : undefined;
    this.#addresses = new Networks(addresses);
    this.#hosts = new Set([...realms, ...addresses].map((entry) => entry.toLowerCase()));
    this.#settings = settings;
  }

  /**
   * What the connection resolves names with: refuses what must not be reached. Undefined for a host that may be
   * anywhere. Throws `redirect` for an address that is written in the URL.
   */
  lookupFor(url: URL, purpose: Purpose = 'registry'): LookupFunction | undefined {
    if (this.#isTrusted(url)) return undefined;
    return guardedLookup(url, (address) => this.#refusal(url, address, purpose));
  }

  /** The same for a connection through a proxy. A name that means nothing here is the proxy's business. */
  async checkBeforeProxy(url: URL, purpose: Purpose = 'registry'): Promise<void> {
    if (this.#isTrusted(url)) return;
    for (const address of await addressesOf(url)) {
      const refused = this.#refusal(url, address, purpose);
      if (refused) throw refused;
    }
  }

  #isTrusted(url: URL): boolean {
    const names = [hostAndPort(url), url.host, url.hostname];
    const own = this.#own && hostAndPort(this.#own);
    return names.some((host) => host === own || this.#hosts.has(host));
  }

  #refusal(url: URL, address: string, purpose: Purpose): RegistryError | undefined {
    const near = purpose === 'token' && this.#own !== undefined && belongs(url, this.#own);
    const kind = kindOfAddress(address);
    if ((near ? PUBLIC_AND_PRIVATE : PUBLIC).has(kind) || this.#addresses.has(address)) return undefined;
    const where = literal(url) === address ? url.host : `${url.host} (${address})`;
    return new RegistryError(
      'redirect',
      `the registry leads to ${where}, a ${kind} address of this machine or its network; if that is intended, add it to ${this.#settings}addresses`,
    );
  }
}

/**
 * A lookup that ends with the error that `refuse` has for any of the addresses. Throws the error at once for an
 * address that is written in the URL.
 */
export function guardedLookup(url: URL, refuse: (address: string) => Error | undefined): LookupFunction {
  const written = literal(url);
  const refused = isIP(written) !== 0 && refuse(written);
  if (refused) throw refused;
  return (hostname, options, done) =>
    dnsLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const [why] = found.flatMap(({ address }) => refuse(address) ?? []);
      if (why) return done(why, []);
      if (options.all) return done(null, found);
      const [first] = found;
      return done(null, first?.address ?? '', first?.family);
    });
}

/** The addresses of the URL's host; none when its name cannot be resolved here. */
export async function addressesOf(url: URL): Promise<string[]> {
  const host = literal(url);
  if (isIP(host) !== 0) return [host];
  const found = await dnsLookupAsync(host, { all: true }).catch((): LookupAddress[] => []);
  return found.map(({ address }) => address);
}

/** With the port also where it is the protocol's own. */
function hostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

function literal({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
