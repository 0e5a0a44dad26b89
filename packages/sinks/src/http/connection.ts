/**
 * One keep-alive connection to the receiver: an undici Client and the socket under it, one request at a time.
 *
 * Not undici's Pool, which tells neither whether a request went out on a new socket or on a used one, nor ends
 * an attempt that is still connecting: its requests only notice an abort once they are connected, and
 * `destroy()` leaves the connecting socket to the operating system's own time-out of minutes. All of undici's
 * time-outs are off; the attempt's one deadline rules.
 *
 * TLS sessions are not resumed: new connections are rare here, and a resumed one skips the check of the name.
 */
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { askForTunnel, blameProxy, connectToProxy, type HttpProxy } from './proxy.js';
import type { Target } from './target.js';

/**
 * How long an idle connection is kept when the receiver gives no `Keep-Alive: timeout`, in milliseconds.
 * Below the 5 s after which node's own servers, the shortest of the usual ones, close it from their side.
 */
const IDLE_MS = 4_000;

/** How to reach the receiver. */
export interface Way {
  /** Certificates to trust instead of the system's, PEM. */
  ca?: string;
  proxy?: HttpProxy;
}

/** Serves one request at a time; the caller sees to that. */
export class Connection {
  readonly #client: Client;
  #socket: Socket | undefined;
  #answers = 0;

  /** Connects with the first request. */
  constructor(target: Target, way: Way) {
    this.#client = new Client(target.origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      connect: (where, done) => {
        this.#answers = 0;
        this.#socket = way.proxy
          ? openThrough(way.proxy, target, way, done)
          : watched(open(where, target.secure, way.ca), target.secure ? 'secureConnect' : 'connect', done);
      },
    });
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(request, handler);
  }

  /** To be called for each answer that was read to its end. */
  answered(): void {
    this.#answers++;
  }

  /** The present socket has carried an answer before, so the receiver may be about to close it as idle. */
  get reused(): boolean {
    return this.#answers > 0;
  }

  /** Of the present socket. */
  get bytesRead(): number {
    return this.#socket?.bytesRead ?? 0;
  }

  /** Ends whatever goes on, connecting included. Resolves when the socket is closed. */
  async destroy(): Promise<void> {
    const socket = this.#socket;
    const closed =
      socket === undefined || socket.closed
        ? undefined
        : new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const ended = this.#client.destroy();
    socket?.destroy();
    await Promise.all([ended, closed]);
  }
}

function open({ hostname, port }: buildConnector.Options, secure: boolean, ca?: string): Socket {
  if (!secure) return tcpConnect({ host: hostname, port: Number(port || 80) });
  return tlsConnect({ host: hostname, port: Number(port || 443), ...tlsOptions(hostname, ca) });
}

const tlsOptions = (hostname: string, ca: string | undefined) => ({
  // an address must not be sent as the name of the server (RFC 6066 section 3)
  servername: isIP(hostname) === 0 ? hostname : undefined,
  ALPNProtocols: ['http/1.1'],
  ca,
});

/** The returned socket is the one to the proxy: what ends it ends all that goes through it. */
function openThrough(proxy: HttpProxy, target: Target, { ca }: Way, done: buildConnector.Callback): Socket {
  const { socket, ready } = connectToProxy(proxy);
  watched(socket, ready, (...[error]) => {
    if (error) return done(blameProxy(error, proxy), null);
    if (!target.secure) return done(null, socket);
    askForTunnel(socket, proxy, target.place, (refused) => {
      if (refused) {
        socket.destroy();
        return done(refused, null);
      }
      const hostname = target.url.hostname.replace(/^\[(.*)\]$/, '$1');
      watched(tlsConnect({ socket, host: hostname, ...tlsOptions(hostname, ca) }), 'secureConnect', done);
    });
  });
  return socket;
}

/** Reports the socket to undici once: when it is ready, or by the error that kept it from it. */
function watched(socket: Socket, ready: string, done: buildConnector.Callback): Socket {
  let reported = false;
  const report = (...result: Parameters<buildConnector.Callback>) => {
    if (reported) return;
    reported = true;
    done(...result);
  };
  return socket
    .setNoDelay(true)
    .setKeepAlive(true, 60_000)
    .once(ready, () => report(null, socket))
    .on('error', (error) => report(error, null));
}
