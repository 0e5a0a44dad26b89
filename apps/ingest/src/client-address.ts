/** The address of a client, also behind a proxy that is trusted to name it. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { type Config, networkMatcher } from '@longshore/config';

/** Undefined when it is not known: no network contains it then. */
export type ClientAddress = (request: IncomingMessage) => string | undefined;

/** @param proxy without it the peer is the client, whatever its headers say */
export function clientAddress(proxy: Config['ingest']['proxy']): ClientAddress {
  if (!proxy) return ({ socket }) => socket.remoteAddress;
  const isProxy = networkMatcher(proxy.from);
  const name = proxy.header.toLowerCase();
  return ({ socket, headersDistinct }) => {
    const peer = socket.remoteAddress;
    const named = headersDistinct[name];
    if (!isProxy(peer) || named === undefined) return peer;
    const hops = named.join(',').split(',').map(withoutPort);
    // What stands left of it is the client's own word.
    const client = hops.findLast((hop) => !isProxy(hop)) ?? hops[0] ?? '';
    return isIP(client) === 0 ? undefined : client;
  };
}

/** Some proxies add the port: `203.0.113.7:4711`, `[2001:db8::7]:4711`. */
function withoutPort(hop: string): string {
  const text = hop.trim();
  const [, bracketed] = /^\[([\da-f:.]{2,45})\](?::\d{1,5})?$/i.exec(text) ?? [];
  return bracketed ?? text.replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1');
}
