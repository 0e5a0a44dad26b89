/**
 * One keep-alive connection to the receiver: an undici Client and the socket under it, one request at a time.
 *
 * Not undici's Pool, which shows neither whether a request went out on a new socket or on a used one, nor ends
 * an attempt that is still connecting: its requests only notice an abort once they are connected, and
 * `destroy()` leaves the connecting socket to the operating system's own timeout of minutes. All of undici's
 * timeouts are off; the attempt's one deadline rules.
 */
import type { Socket } from 'node:net';
import type { Opening } from '@longshore/event';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import type { Sockets } from './dial.js';
import { HEAD_LIMIT_BYTES, HeadFilter } from './head-filter.js';
import { open, type Way } from './opening.js';
import type { Target } from './target.js';

/**
 * How long an idle connection is kept when the receiver gives no `Keep-Alive: timeout`, in milliseconds.
 * Below the 5 s after which node's own servers, the shortest of the usual ones, close it from their side.
 */
const IDLE_MS = 4_000;

/** Serves one request at a time; the caller ensures that. */
export class Connection implements Sockets {
  readonly #client: Client;
  /** All that are open, those included that still connect. */
  readonly #sockets = new Set<Socket>();
  #socket: Socket | undefined;
  #filter: HeadFilter | undefined;
  /** See {@link Sockets}. */
  atProxy = false;
  #answers = 0;
  #ended = false;
  #opening: Opening | undefined;
  #stepAt = 0;

  /** Connects with the first request. */
  constructor(target: Target, way: Way) {
    this.#client = new Client(target.origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      maxHeaderSize: HEAD_LIMIT_BYTES,
      connect: (_, done) => {
        this.#answers = 0;
        this.#socket = undefined;
        this.#opening = {};
        this.#stepAt = performance.now();
        open(target, way, this, (error, socket) => this.#opened(error, socket, done));
      },
    });
  }

  #opened(error: Error | null, socket: Socket | undefined, done: buildConnector.Callback): void {
    if (error || !socket) {
      done(error ?? new Error('no connection'), null);
      return;
    }
    this.#socket = socket;
    this.#filter = new HeadFilter(socket);
    done(null, socket);
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#opening = undefined;
    this.#client.dispatch(request, handler);
  }

  /** How long opening took for the request that was dispatched last; undefined: it went out on an open connection. */
  get opening(): Opening | undefined {
    return this.#opening;
  }

  stepEnded(step: keyof Opening): void {
    if (!this.#opening) return;
    const now = performance.now();
    // With a proxy there are two of a kind.
    this.#opening[step] = (this.#opening[step] ?? 0) + now - this.#stepAt;
    this.#stepAt = now;
  }

  /** To be called when a request goes out: what is read next is the head of its answer. */
  expectHead(): void {
    this.#filter?.expectHead();
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

  /** Ends what is still connecting. */
  get ended(): boolean {
    return this.#ended;
  }

  track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#ended) socket.destroy();
  }

  /** Ends what is in progress, connecting included. Resolves when no socket is left. */
  async destroy(): Promise<void> {
    this.#ended = true;
    const closed = Array.from(
      this.#sockets,
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    const ended = this.#client.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([ended, ...closed]);
  }
}
