/** Connections to brokers, under the rules of egress: every address that a name has is checked before it is connected to. */
import type { Socket } from 'node:net';
import type { Sockets } from '../http/dial.js';
import { open, type Way } from '../http/opening.js';
import type { Connecting } from './driver.js';

/** A connected socket, with TLS where the url says so. The signal ends it. @throws what a socket throws */
export function openSocket({ target, secure, egress, signal }: Omit<Connecting, 'ended'>): Promise<Socket> {
  const way: Way = { secure, egress, secureProxy: secure };
  const sockets = new OpenSockets(signal);
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the connection was given up')), { once: true });
    open(target, way, sockets, (error, socket) => {
      if (error || !socket) reject(error ?? new Error('no connection'));
      else resolve(socket);
    });
  });
}

class OpenSockets implements Sockets {
  readonly #open = new Set<Socket>();
  atProxy = false;
  ended = false;

  constructor(signal: AbortSignal) {
    signal.addEventListener('abort', () => this.#end(), { once: true });
    if (signal.aborted) this.#end();
  }

  track(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    if (this.ended) socket.destroy();
  }

  #end(): void {
    this.ended = true;
    // TLS before the connection below it: the other way round ends the process (Node.js 20).
    for (const socket of [...this.#open].reverse()) {
      socket.on('error', () => {});
      socket.destroy();
    }
  }
}
