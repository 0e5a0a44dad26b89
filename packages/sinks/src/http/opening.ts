/**
 * The way from nothing to a socket that carries requests: directly or through a proxy, with TLS or without.
 *
 * TLS sessions are not resumed: new connections are rare here, and a resumed one skips the check of the name.
 */
import { isIP, type Socket } from 'node:net';
import { type SecureContext, connect as tlsConnect } from 'node:tls';
import { withoutZone } from '@longshore/settings/http-url';
import { type Dialed, dial, type Sockets } from './dial.js';
import { askForTunnel, blameProxy, type HttpProxy } from './proxy.js';
import type { Target } from './target.js';

/** How to reach the receiver. */
export interface Way {
  /** Certificates to trust instead of all others, PEM. */
  ca?: string;
  /** What is trusted unless `ca` is set; asked for with the first TLS connection. Default: node's own list. */
  trusted?: () => SecureContext | undefined;
  proxy?: HttpProxy;
}

/** @param done called once, unless `sockets` ends before */
export function open(target: Target, way: Way, sockets: Sockets, done: Dialed): void {
  if (way.proxy) openThrough(way.proxy, target, way, sockets, done);
  else openDirectly(target, way, sockets, done);
}

function openDirectly(target: Target, way: Way, sockets: Sockets, done: Dialed): void {
  dial(target, sockets, (error, socket) => {
    if (error || !socket || !target.secure) return done(error, socket);
    startTls(socket, target.host, way, sockets, done);
  });
}

function openThrough(proxy: HttpProxy, target: Target, way: Way, sockets: Sockets, done: Dialed): void {
  sockets.atProxy = true;
  connectToProxy(proxy, way, sockets, (error, socket) => {
    sockets.atProxy = false;
    if (error || !socket) return done(blameProxy(error ?? new Error('no connection'), proxy));
    if (!target.secure) return done(null, socket);
    askForTunnel(socket, proxy, target.place, (refused) => {
      if (!refused) return startTls(socket, target.host, way, sockets, done);
      socket.destroy();
      done(refused);
    });
  });
}

function connectToProxy(proxy: HttpProxy, { trusted }: Way, sockets: Sockets, done: Dialed): void {
  dial(proxy, sockets, (error, socket) => {
    if (error || !socket || !proxy.secure) return done(error, socket);
    startTls(socket, proxy.host, { trusted }, sockets, done);
  });
}

function startTls(tcp: Socket, host: string, { ca, trusted }: Way, sockets: Sockets, done: Dialed): void {
  let reported = false;
  const report: Dialed = (...result) => {
    if (reported) return;
    reported = true;
    done(...result);
  };
  try {
    const trust = ca === undefined ? { secureContext: trusted?.() } : { ca };
    const socket = tlsConnect({ ...trust, socket: tcp, ...named(host), ALPNProtocols: ['http/1.1'] });
    sockets.track(socket);
    socket.once('secureConnect', () => report(null, socket)).on('error', report);
  } catch (error) {
    tcp.destroy();
    report(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * The name for the SNI and for the check of the certificate. A dot at its end says that the name is absolute
 * and is no part of either (RFC 6066 section 3); an address must not be sent as the name of a server.
 */
function named(host: string): { host: string; servername?: string } {
  const bare = withoutZone(host);
  if (isIP(bare) !== 0) return { host: bare };
  const name = host.replace(/\.$/, '');
  return { host: name, servername: name };
}
