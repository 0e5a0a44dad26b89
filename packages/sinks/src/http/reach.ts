/**
 * Whether a receiver can be reached, as an attempt would reach it: its name, the connection, the proxy, TLS. No request
 * is made, because some receivers act on any of them.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { secureOptions, type TlsOptions, type Trust, tlsFault } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import { type BrokerKind, FACTS } from '../brokers/kinds.js';
import { brokerTarget } from '../brokers/target.js';
import type { Sockets } from './dial.js';
import { open } from './opening.js';
import { proxyOf } from './proxy.js';
import { type Target, targetOf, type Unusable } from './target.js';
import { failureOf, timedOut } from './transport.js';

/** How it is reached; secrets are resolved. */
export interface ReachOptions {
  /** `http:` or `https:`; of a broker one of its kind's. */
  url: string;
  broker?: BrokerKind;
  tls?: TlsOptions;
  trust?: Trust;
  egress?: Egress;
  /** Url of an HTTP proxy. */
  proxy?: string;
  /** Milliseconds for all of it. */
  timeout: number;
}

/** What was found. */
export interface Reached {
  /** `host:port` */
  place: string;
  /** Address that answered; of the proxy when there is one. */
  address?: string;
  /** Of a TLS connection: its protocol, and when the receiver's certificate expires, in epoch milliseconds. */
  tls?: { protocol: string; expiresAt?: number };
  /** Why it cannot be reached, and the next step after a semicolon. */
  failure?: string;
}

/** Never rejects. Opens one connection and closes it. */
export async function reachReceiver(options: ReachOptions): Promise<Reached> {
  const { url, tls = {}, trust, egress = new Egress(), timeout } = options;
  const target = options.broker ? ofBroker(url, options.broker) : targetOf(url);
  if ('problem' in target) return { place: '', failure: `${target.problem}; correct it` };
  const { place } = target;
  const fault = tlsFault(tls);
  if (fault) return { place, failure: `tls.${fault.key} ${fault.why}; correct it` };
  const proxy = proxyOf(options.proxy);
  const way = { secure: secureOptions(tls, trust), secureProxy: secureOptions({}, trust), proxy, egress };
  const sockets = new OpenSockets();
  const trusted = trust && (() => trust.places());
  try {
    const socket = await new Promise<Socket>((resolve, reject) => {
      const late = setTimeout(() => reject(new Late()), timeout);
      open(target, way, sockets, (error, opened) => {
        clearTimeout(late);
        if (opened && !error) resolve(opened);
        else reject(error ?? new Error('no connection'));
      });
    });
    return { place, address: socket.remoteAddress ?? '', ...tlsOf(socket) };
  } catch (error) {
    const failed = error instanceof Error ? error : new Error(String(error));
    if (!(failed instanceof Late)) return { place, failure: failureOf(failed, place, { trusted }).detail };
    const where = sockets.atProxy && proxy ? `the proxy ${proxy.place}` : place;
    return { place, failure: timedOut('connecting', where, timeout, target.secure).detail };
  } finally {
    sockets.end();
  }
}

function ofBroker(url: string, kind: BrokerKind): Target | Unusable {
  const { schemes, greets } = FACTS[kind];
  const target = brokerTarget(url, schemes);
  if ('fault' in target) return { problem: `the endpoint’s url ${target.fault}` };
  return { ...target, greets };
}

class Late extends Error {}

class OpenSockets implements Sockets {
  readonly #open = new Set<Socket>();
  atProxy = false;
  ended = false;

  track(socket: Socket): void {
    this.#open.add(socket);
    if (this.ended) socket.destroy();
  }

  end(): void {
    this.ended = true;
    // TLS before the connection below it: the other way round ends the process (Node.js 20).
    for (const socket of [...this.#open].reverse()) {
      // What a server still says to a connection that ends is of no use.
      socket.on('error', () => {});
      socket.destroy();
    }
  }
}

function tlsOf(socket: Socket): Pick<Reached, 'tls'> {
  if (!(socket instanceof TLSSocket)) return {};
  const expiresAt = Date.parse(socket.getPeerCertificate().valid_to);
  const protocol = socket.getProtocol() ?? 'TLS';
  return { tls: { protocol, ...(Number.isFinite(expiresAt) && { expiresAt }) } };
}
