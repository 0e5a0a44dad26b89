/**
 * One HTTP request over got, from the connection to the last byte of the answer. Whoever asks reads the answer
 * in a callback; when that is done the request is over, read to its end or not.
 *
 * got's own retries, redirects and decompression are off: retries are the queue's, redirects need checks
 * between them, and a digest is one of the bytes as they came.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { got, type Request } from 'got';
import type { AddressGuard } from './addresses.js';
import { type Agents, agentsFor } from './agents.js';
import { Attempt } from './attempt.js';
import type { RegistryError } from './error.js';
import { failureOf } from './failure.js';
import type { RegistryOptions } from './port.js';

/** One request. */
export interface HttpRequest {
  url: URL;
  method: 'GET' | 'HEAD' | 'POST';
  headers: Readonly<Record<string, string | string[]>>;
  /** Of a POST. */
  body?: string;
  signal: AbortSignal;
  /** Milliseconds for the whole answer; with `idle`, without a byte. */
  timeout: number;
  idle?: boolean;
}

/** The head of the answer, and its body. */
export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The bytes as they come. A body that ends too early throws. */
  body: AsyncIterable<Buffer>;
}

/** Reads an answer. */
export type Read<T> = (answer: HttpAnswer) => Promise<T>;

/** The connections of one registry. */
export class Transport {
  readonly #guard: AddressGuard;
  readonly #agents: Agents;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: RegistryOptions, guard: AddressGuard) {
    this.#guard = guard;
    this.#agents = agentsFor(options);
  }

  /** Rejects with `RegistryError` alone. */
  async exchange<T>(request: HttpRequest, read: Read<T>): Promise<T> {
    const running = this.#twiceWhenStale(request, read);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    this.#agents.destroy();
  }

  /** A server may close a kept connection while a request is on its way there: that says nothing of the request. */
  async #twiceWhenStale<T>(request: HttpRequest, read: Read<T>): Promise<T> {
    const first = await this.#once(request, read);
    const { stale, ...outcome } = first;
    const { failure, value } = stale ? await this.#once(request, read) : outcome;
    if (failure) throw failure;
    return value as T;
  }

  async #once<T>(request: HttpRequest, read: Read<T>): Promise<Outcome<T>> {
    const { url, timeout, idle = false } = request;
    const attempt = new Attempt([request.signal, this.#closing.signal], timeout);
    let stream: Request | undefined;
    let reused = false;
    try {
      stream = await this.#send(request, attempt.signal);
      stream.once('request', (sent) => {
        sent.once('socket', () => {
          reused = sent.reusedSocket;
        });
      });
      const head = await headOf(stream);
      reused = false;
      const alive = idle ? () => attempt.touch() : () => {};
      alive();
      return { value: await read({ ...head, body: piecesOf(stream, alive) }) };
    } catch (error) {
      const failure = failureOf(error, { url, ended: attempt.ended, timeout, idle });
      return { failure, stale: reused && failure.kind === 'network' };
    } finally {
      attempt.close();
      stream?.destroy();
    }
  }

  async #send({ url, method, headers, body }: HttpRequest, signal: AbortSignal): Promise<Request> {
    const { proxied } = this.#agents;
    if (proxied) await this.#guard.checkBeforeProxy(url);
    const lookup = proxied ? undefined : this.#guard.lookupFor(url);
    const stream = got.stream(url, {
      method,
      headers: { ...headers },
      ...(body !== undefined && { body }),
      agent: this.#agents.for(url),
      ...(lookup && { dnsLookup: lookup }),
      signal,
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: false,
    });
    // whoever reads hears of it as well; without a listener it would end the process
    stream.on('error', () => {});
    return stream;
  }
}

type Outcome<T> = { value?: T; failure?: RegistryError; stale?: boolean };

function headOf(stream: Request): Promise<Pick<HttpAnswer, 'status' | 'headers'>> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('response', ({ statusCode, headers }) => resolve({ status: statusCode, headers }));
  });
}

async function* piecesOf(stream: Request, alive: () => void): AsyncGenerator<Buffer> {
  for await (const piece of stream) {
    alive();
    yield piece as Buffer;
  }
}
