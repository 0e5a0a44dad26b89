/**
 * POSTs events to one url: a format makes the body, `sign` signs it, this transports it.
 *
 * One attempt per call, with one exception: when a kept-alive connection turns out to be closed before the first byte of
 * a response, the same request is repeated once on a new connection, within the same deadline. Receivers and load
 * balancers close idle connections at any moment, even while a request is in flight; without this an endpoint would
 * fail occasionally for no reason. The cost: a receiver that dies after it accepted the event, but before it answered,
 * gets it twice within one attempt instead of in two; the `Idempotency-Key` is the same.
 *
 * With OAuth 2 there is a second one: after a 401 the request is sent once more with a new token, and has the whole
 * timeout again. The receiver has answered, so it has not taken the event.
 */
import type { Delivery } from '@longshore/event';
import { secureOptions, tlsFault } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import { outgoingTrace } from '@longshore/tracing';
import type { Dispatcher } from 'undici';
import type { Attempt, AttemptResult, SendResult, Sink } from '../sink.js';
import { type Mask, maskFor } from './answer-text.js';
import { fixedAuthorization } from './authorization/fixed.js';
import type { Granted } from './authorization/port.js';
import type { Connection } from './connection.js';
import { Connections } from './connections.js';
import { type Ending, exchange } from './exchange.js';
import { type HeaderPlan, planHeaders } from './headers.js';
import type { HttpSinkOptions } from './options.js';
import { chooseOutgoing, keyOf, type Outgoing } from './outgoing.js';
import { type HttpProxy, proxyOf, proxyTimedOut } from './proxy.js';
import { inClientSpan } from './request-span.js';
import { Results } from './results.js';
import { type Target, targetOf } from './target.js';

export type { HttpSinkOptions } from './options.js';

type Request = Dispatcher.DispatchOptions;

/** Never throws; see `openSink`. */
export function openHttpSink(options: HttpSinkOptions): Sink {
  const target = targetOf(options.url);
  if ('problem' in target) return unusable('url', `${target.problem}; correct it`);
  const fault = tlsFault(options.tls ?? {});
  if (fault) return unusable('tls', `the endpoint’s tls.${fault.key} ${fault.why}; correct it`);
  const proxy = proxyOf(options.proxy);
  const fixed = fixedAuthorization(options.auth ?? {});
  const headers = planHeaders(options.headers, {
    host: target.authority,
    userAgent: options.userAgent,
    authorization: options.authorization ? undefined : (fixed?.value ?? target.authorization),
    proxyAuthorization: target.secure ? undefined : proxy?.authorization,
  });
  if (headers.problem !== undefined) {
    return unusable('error', `${headers.problem}; correct the endpoint’s headers`);
  }
  return new HttpSink(
    options,
    target,
    { ...headers, secrets: [...headers.secrets, ...(fixed?.secrets ?? [])] },
    proxy,
  );
}

/** An endpoint whose options cannot work: every attempt says so. */
function unusable(reason: 'url' | 'tls' | 'error', detail: string): Sink {
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
  readonly #results: Results;
  readonly #secure: () => object;
  #closed = false;

  constructor(
    private readonly options: HttpSinkOptions,
    private readonly target: Target,
    private readonly headers: HeaderPlan,
    private readonly proxy: HttpProxy | undefined,
  ) {
    const { concurrency, tls, trust, egress = new Egress() } = options;
    this.#secure = secureOptions(tls, trust);
    const secureProxy = secureOptions({}, trust);
    this.#connections = new Connections(target, {
      ...{ keep: concurrency, secure: this.#secure, secureProxy, proxy, egress },
    });
    const { secrets = [] } = options.template ?? {};
    const fixed = maskFor([...headers.secrets, ...secrets, ...target.secrets, proxy?.authorization ?? '']);
    const { authorization } = options;
    const mask: Mask = authorization ? (text) => maskFor(authorization.secrets())(fixed(text)) : fixed;
    this.#results = new Results({ ...options, target, proxy, mask });
  }

  async send(deliveries: readonly Delivery[], attempt: Attempt): Promise<SendResult[]> {
    if (this.#closed || attempt.signal.aborted) return deliveries.map(() => 'aborted');
    const { outgoing, impossible } = chooseOutgoing(deliveries, this.options);
    const result = outgoing ? await this.#attempt(outgoing, attempt) : 'unsent';
    const sent = new Set(outgoing?.deliveries);
    return deliveries.map((delivery) => impossible.get(delivery) ?? (sent.has(delivery) ? result : 'unsent'));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connections.close();
    this.options.authorization?.close();
  }

  async #attempt(outgoing: Outgoing, attempt: Attempt): Promise<AttemptResult> {
    try {
      const { authorization } = this.options;
      const granted = await authorization?.get(attempt.signal);
      if (granted && 'result' in granted) return this.#closed ? 'aborted' : granted.result;
      let ending = await this.#post(outgoing, attempt, granted);
      if (authorization && granted && ending.head?.status === 401) {
        const renewed = await authorization.renew(granted, attempt.signal);
        // What the receiver has answered stands where no other token can be had
        if ('value' in renewed) ending = await this.#post(outgoing, attempt, renewed);
      }
      const isClosed = ending.kind === 'failed' && ending.head === undefined && this.#closed;
      return isClosed ? 'aborted' : this.#results.of(ending, outgoing.deliveries.length);
    } catch (error) {
      return this.#results.ofError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #post(outgoing: Outgoing, attempt: Attempt, granted?: Granted): Promise<Ending> {
    const { method = 'POST', timeout } = this.options;
    const about = { method, target: this.target, timeout, size: outgoing.body.length };
    return inClientSpan(about, () => this.#request(outgoing, attempt, granted));
  }

  async #request(outgoing: Outgoing, { number, signal }: Attempt, granted?: Granted): Promise<Ending> {
    // Certificates are read once: what that takes is not the receiver's
    if (this.target.secure) this.#secure();
    const deadline = performance.now() + this.options.timeout;
    const { body } = outgoing;
    const key = keyOf(outgoing.deliveries);
    const signature = this.options.sign?.(body, { id: key, at: Date.now() });
    const headers = this.headers.lines({
      ...{ ...outgoing, key, attempt: number, signature, trace: outgoingTrace() },
      authorization: granted?.value,
    });
    const { method = 'POST' } = this.options;
    const request = { path: this.#place(outgoing.path), method, headers, body };
    const taken = this.#connections.take();
    const isReused = taken.reused;
    const ending = await this.#over(taken, request, this.options.timeout, signal);
    const isStale = isReused && ending.silent && this.#results.isReset(ending);
    if (!isStale || this.#closed) return ending;
    return this.#over(this.#connections.fresh(), request, deadline - performance.now(), signal);
  }

  /** A proxy is asked for the whole url, but for what goes through a tunnel (RFC 9112 section 3.2.2). */
  #place(path = this.target.path): string {
    return this.proxy && !this.target.secure ? `http://${this.target.authority}${path}` : path;
  }

  async #over(
    connection: Connection,
    request: Request,
    timeout: number,
    signal: AbortSignal,
  ): Promise<Ending> {
    const needsBody = this.options.answers?.body !== undefined;
    const ending = await exchange(connection, request, { timeout, signal, needsBody });
    if (ending.kind === 'timeout' && connection.atProxy && this.proxy) {
      ending.error = proxyTimedOut(this.proxy, this.options.timeout);
    }
    if (typeof ending.whole === 'boolean') this.#release(connection, ending.whole);
    else void ending.whole.then((whole) => this.#release(connection, whole));
    return ending;
  }

  #release(connection: Connection, whole: boolean): void {
    if (whole) this.#connections.giveBack(connection);
    else void this.#connections.drop(connection);
  }
}
