/**
 * The way from nothing to a socket that carries requests: directly or through a proxy, with TLS or without.
 *
 * TLS sessions are not resumed: new connections are rare here, and a resumed one skips the check of the name.
 */
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { SecureOptions } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import { withoutZone } from '@longshore/settings/http-url';
import { type Dialed, dial, type Sockets } from './dial.js';
import { askForTunnel, blameProxy, type HttpProxy } from './proxy.js';
import type { Target } from './target.js';

/** How to reach the receiver. */
export interface Way {
  /** Of a TLS connection to the receiver; asked for at each one. */
  secure(): SecureOptions;
  proxy?: HttpProxy;
  /** Of a TLS connection to the proxy. */
  secureProxy(): SecureOptions;
  egress: Egress;
}

/** @param done called once, unless `sockets` ends before */
export function open(target: Target, way: Way, sockets: Sockets, done: Dialed): void {
  if (way.proxy) openThrough(way.proxy, target, way, sockets, done);
  else openDirectly(target, way, sockets, done);
}

function openDirectly(target: Target, way: Way, sockets: Sockets, done: Dialed): void {
  const onDialed: Dialed = (error, socket) => {
    if (error || !socket || !target.secure) return done(error, socket);
    const start = () => startTls(socket, target.host, way.secure, sockets, done);
    if (target.greets) socket.once('data', start);
    else start();
  };
  dial(target, sockets, onDialed, { refusal: (address) => way.egress.refusal(target, address) });
}

/** The proxy resolves names: of the receiver only an address in the url is known here. */
function openThrough(proxy: HttpProxy, target: Target, way: Way, sockets: Sockets, done: Dialed): void {
  const bare = withoutZone(target.host);
  const refused = isIP(bare) === 0 ? way.egress.denies(target) : way.egress.refusal(target, bare);
  if (refused) {
    done(refused);
    return;
  }
  sockets.atProxy = true;
  connectToProxy(proxy, way, sockets, (error, socket) => {
    sockets.atProxy = false;
    if (error || !socket) return done(blameProxy(error ?? new Error('no connection'), proxy));
    if (!target.secure) return done(null, socket);
    askForTunnel(socket, proxy, target.place, (refused) => {
      sockets.stepEnded?.('connect');
      if (!refused) return startTls(socket, target.host, way.secure, sockets, done);
      socket.destroy();
      done(refused);
    });
  });
}

function connectToProxy(proxy: HttpProxy, { secureProxy }: Way, sockets: Sockets, done: Dialed): void {
  dial(proxy, sockets, (error, socket) => {
    if (error || !socket || !proxy.secure) return done(error, socket);
    startTls(socket, proxy.host, secureProxy, sockets, done);
  });
}

function startTls(tcp: Socket, host: string, secure: Way['secure'], sockets: Sockets, done: Dialed): void {
  let reported = false;
  const report: Dialed = (...result) => {
    if (reported) return;
    reported = true;
    sockets.stepEnded?.('tls');
    done(...result);
  };
  try {
    const socket = tlsConnect({ socket: tcp, ...named(host), ALPNProtocols: ['http/1.1'], ...secure() });
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
