/**
 * POSTs events to one url: a format makes the body, `sign` signs it, this transports it.
 *
 * One attempt per call, with one exception: when a kept-alive connection turns out to be closed before the first byte of
 * a response, the same request is repeated once on a new connection, within the same deadline. Receivers and load
 * balancers close idle connections at any moment, even while a request is in flight; without this an endpoint would
 * fail occasionally for no reason. The cost: a receiver that dies after it accepted the event, but before it answered,
 * gets it twice within one attempt instead of in two; the `Idempotency-Key` is the same.
 */
import type { Delivery, Outcome } from '@longshore/event';
import type { Format } from '@longshore/formats';
import type { Trust } from '@longshore/registry-client';
import type { Sign } from '@longshore/signing';
import type { Dispatcher } from 'undici';
import type { Attempt, AttemptResult, SendResult, Sink } from '../sink.js';
import { answerText, type Mask, maskFor } from './answer-text.js';
import type { Connection } from './connection.js';
import { Connections } from './connections.js';
import { type Ending, exchange } from './exchange.js';
import { type HeaderPlan, planHeaders } from './headers.js';
import { judge } from './judge.js';
import { chooseOutgoing, keyOf, type Outgoing } from './outgoing.js';
import { type HttpProxy, proxyOf } from './proxy.js';
import { type Target, targetOf } from './target.js';
import { failureOf, timedOut } from './transport.js';

type Request = Dispatcher.DispatchOptions;

/** Of a delivery without a body. */
const UNREADABLE: Outcome = {
  kind: 'dead',
  reason: 'undecodable',
  detail:
    'the stored delivery holds no event that this version can read; it was stored by another version, which can deliver it',
};

/** What an http endpoint is opened with. Secrets are resolved: these are the values themselves. */
export interface HttpSinkOptions {
  /** The endpoint's name. */
  name: string;
  /** `http:` or `https:`; userinfo becomes Basic authorization and is not sent in the url. */
  url: string;
  /** Replace our headers of the same name. Sent in the case in which they are written. */
  headers: Record<string, string[]>;
  /** Milliseconds until the head of the answer, connecting included. May be a fraction; acts as at least 1. */
  timeout: number;
  /** Connections that are kept open between attempts. */
  concurrency: number;
  /** `longshore/VERSION` */
  userAgent: string;
  /** Makes the body. */
  format: Format;
  /** Adds `longshore: {source, kind, nativeType, receivedAt}` to the event, in formats that have a place for it. */
  annotate: boolean;
  /** Signs the exact bytes of each attempt. Default: no signature. */
  sign?: Sign;
  /** Several events in one request, in formats that can, up to so many bytes of body. Default: one event. */
  batch?: { bytes: number };
  /** Certificates to trust instead of the system's. */
  tls?: { /** PEM */ ca?: string };
  /** What is trusted unless `tls.ca` is set, and by a proxy's connection. Default: node's own list. */
  trust?: Trust;
  /** Url of an HTTP proxy to go through, `http:` or `https:`; userinfo becomes `Proxy-Authorization`. */
  proxy?: string;
}

/** Never throws; see `openSink`. */
export function openHttpSink(options: HttpSinkOptions): Sink {
  const target = targetOf(options.url);
  if ('problem' in target) return unusable('url', `${target.problem}; correct it`);
  const proxy = proxyOf(options.proxy);
  const headers = planHeaders(options.headers, {
    host: target.authority,
    userAgent: options.userAgent,
    authorization: target.authorization,
    proxyAuthorization: target.secure ? undefined : proxy?.authorization,
  });
  if (headers.problem !== undefined) {
    return unusable('error', `${headers.problem}; correct the endpoint’s headers`);
  }
  return new HttpSink(options, target, headers, proxy);
}

/** An endpoint whose options cannot work: every attempt says so. */
function unusable(reason: 'url' | 'error', detail: string): Sink {
  let closed = false;
  return {
    async send(deliveries, { signal }) {
      return deliveries.map(() => (closed || signal.aborted ? 'aborted' : { kind: 'retry', reason, detail }));
    },
    async close() {
      closed = true;
    },
  };
}

class HttpSink implements Sink {
  readonly #connections: Connections;
  readonly #mask: Mask;
  readonly #path: string;
  #closed = false;

  constructor(
    private readonly options: HttpSinkOptions,
    private readonly target: Target,
    private readonly headers: HeaderPlan,
    proxy: HttpProxy | undefined,
  ) {
    this.#connections = new Connections(target, {
      keep: options.concurrency,
      ca: options.tls?.ca,
      trusted: () => options.trust?.context(),
      proxy,
    });
    this.#mask = maskFor([...headers.secrets, ...target.secrets, proxy?.authorization ?? '']);
    // A proxy is asked for the whole url, but for what goes through a tunnel (RFC 9112 section 3.2.2).
    this.#path = proxy && !target.secure ? `http://${target.authority}${target.path}` : target.path;
  }

  async send(deliveries: readonly Delivery[], attempt: Attempt): Promise<SendResult[]> {
    if (this.#closed || attempt.signal.aborted) return deliveries.map(() => 'aborted');
    const { batch, ...body } = this.options;
    const { outgoing, unreadable } = chooseOutgoing(deliveries, { ...body, bytes: batch?.bytes ?? 0 });
    const result = outgoing ? await this.#attempt(outgoing, attempt) : 'unsent';
    const sent = new Set(outgoing?.deliveries);
    return deliveries.map((delivery) => {
      if (unreadable.has(delivery)) return UNREADABLE;
      return sent.has(delivery) ? result : 'unsent';
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connections.close();
  }

  async #attempt(outgoing: Outgoing, attempt: Attempt): Promise<AttemptResult> {
    try {
      return this.#resultOf(await this.#post(outgoing, attempt));
    } catch (error) {
      return this.#failed({ error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  async #post(outgoing: Outgoing, { number, signal }: Attempt): Promise<Ending> {
    // Read once for the process: what that takes is not the receiver's
    if (this.target.secure && this.options.tls?.ca === undefined) this.options.trust?.context();
    const deadline = performance.now() + this.options.timeout;
    const { body } = outgoing;
    const key = keyOf(outgoing.deliveries);
    const signature = this.options.sign?.(body, { id: key, at: Date.now() });
    const headers = this.headers.lines({ ...outgoing, key, attempt: number, signature });
    const request = { path: this.#path, method: 'POST', headers, body } as const;
    const taken = this.#connections.take();
    const isReused = taken.reused;
    const ending = await this.#over(taken, request, this.options.timeout, signal);
    const stale = isReused && ending.silent && this.#failed(ending).reason === 'reset';
    if (!stale || this.#closed) return ending;
    return this.#over(this.#connections.fresh(), request, deadline - performance.now(), signal);
  }

  async #over(
    connection: Connection,
    request: Request,
    timeout: number,
    signal: AbortSignal,
  ): Promise<Ending> {
    const ending = await exchange(connection, request, { timeout, signal });
    if (typeof ending.whole === 'boolean') this.#release(connection, ending.whole);
    else void ending.whole.then((whole) => this.#release(connection, whole));
    return ending;
  }

  #release(connection: Connection, whole: boolean): void {
    if (whole) this.#connections.giveBack(connection);
    else void this.#connections.drop(connection);
  }

  #resultOf({ kind, phase, head, error, body, silent }: Ending): AttemptResult {
    if (head !== undefined) {
      const text = answerText(body, this.#mask);
      const verdict = judge(head, this.target, Date.now(), text);
      return { ...verdict, detail: verdict.detail && this.#mask(verdict.detail), body: text };
    }
    if (kind === 'aborted' || (kind === 'failed' && this.#closed)) return 'aborted';
    if (kind === 'timeout') {
      return {
        kind: 'retry',
        ...timedOut(phase, this.target.place, this.options.timeout, this.target.secure),
      };
    }
    return this.#failed({ error, silent });
  }

  #failed({ error, silent = false }: Partial<Ending>): Outcome & { kind: 'retry' } {
    const { secure, place } = this.target;
    const closes = secure ? 'tls' : 'plain';
    const about = { closes: silent ? closes : undefined, trusted: () => this.#trusted() } as const;
    const { reason, detail } = failureOf(error ?? new Error('no answer'), place, about);
    return { kind: 'retry', reason, detail: this.#mask(detail) };
  }

  /** For people. */
  #trusted(): string {
    if (this.options.tls?.ca !== undefined) return 'the endpoint’s tls.ca alone';
    return this.options.trust?.places() ?? 'Node.js’ own list';
  }
}
