/** The check at the connection: a lookup that refuses, for sockets of node. */
import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { lookup as dnsLookupAsync } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import type { Destination } from './networks.js';

/** Host without brackets, and port, of a url. */
export function destinationOf({ hostname, port, protocol }: URL): Destination {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/**
 * A lookup that ends with the error that `refuse` has for any of the addresses. Throws the error at once for an
 * address that is written in the URL: no lookup is made for one.
 */
export function guardedLookup(url: URL, refuse: (address: string) => Error | undefined): LookupFunction {
  const { host } = destinationOf(url);
  const refused = isIP(host) !== 0 && refuse(host);
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
  const { host } = destinationOf(url);
  if (isIP(host) !== 0) return [host];
  const found = await dnsLookupAsync(host, { all: true }).catch((): LookupAddress[] => []);
  return found.map(({ address }) => address);
}
