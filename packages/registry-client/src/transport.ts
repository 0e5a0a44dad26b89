/**
 * One HTTP request over got, from the connection to the last byte of the response. The caller reads the response
 * in a callback; when that is done the request is over, read to its end or not.
 *
 * got's own retries, redirects and decompression are off: retries are the queue's, redirects need checks
 * between them, and a digest is one of the bytes as they came.
 */
import { setMaxListeners } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import { type Agents, openAgents } from '@longshore/network/agents';
import { got, type Request } from 'got';
import type { AddressGuard, Purpose } from './addresses.js';
import { Attempt } from './attempt.js';
import { RegistryError } from './error.js';
import { failureOf } from './failure.js';
import type { RegistryOptions } from './port.js';

/** One request. */
export interface HttpRequest {
  url: URL;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers: Readonly<Record<string, string | string[]>>;
  /** Text of a form, or bytes that are sent piece by piece: while they go out, the timeout is for silence. */
  body?: string | Buffer;
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

/** Bytes of a body that are written at once: what has been written counts as progress. */
const PIECE_BYTES = 64 * 1024;

/** The connections of one registry. */
export class Transport {
  readonly #guard: AddressGuard;
  readonly #agents: Agents;
  readonly #closing = new AbortController();

  constructor(options: RegistryOptions, guard: AddressGuard) {
    this.#guard = guard;
    this.#agents = agentsOf(options, this.#closing.signal);
    // every request in flight listens to it
    setMaxListeners(0, this.#closing.signal);
  }

  /** The same connections, for requests with this purpose. */
  for(purpose: Purpose): Pick<Transport, 'exchange'> {
    return { exchange: (request, read) => this.#exchange(request, read, purpose) };
  }

  /** Rejects with `RegistryError` alone. */
  exchange<T>(request: HttpRequest, read: Read<T>): Promise<T> {
    return this.#exchange(request, read, 'registry');
  }

  close(): void {
    this.#closing.abort();
    this.#agents.destroy();
  }

  async #exchange<T>(request: HttpRequest, read: Read<T>, purpose: Purpose): Promise<T> {
    const { stale, ...outcome } = await this.#once(request, read, purpose);
    // a server may close a kept connection while a request is on its way there: that says nothing of the request.
    // Of a piece of an upload it may have taken a part.
    const again = stale && request.method !== 'PATCH';
    const { failure, value } = again ? await this.#once(request, read, purpose) : outcome;
    if (failure) throw failure;
    return value as T;
  }

  async #once<T>(request: HttpRequest, read: Read<T>, purpose: Purpose): Promise<Outcome<T>> {
    const { url, timeout, idle = false } = request;
    const attempt = new Attempt([request.signal, this.#closing.signal], timeout);
    let sent: Sent | undefined;
    let answered = false;
    try {
      const lookup = await this.#allowed(url, purpose);
      sent = this.#send(request, lookup, attempt.signal);
      // what goes wrong here is an error of the stream, which rejects the head
      writeBody(sent.stream, request, (bytes) => attempt.moved(bytes)).catch(() => {});
      const head = await sent.head;
      answered = true;
      if (idle) attempt.transfer();
      const moved = (bytes: number) => idle && attempt.moved(bytes);
      return { value: await read({ ...head, body: piecesOf(sent.stream, moved) }) };
    } catch (error) {
      const failure = failureOf(error, { url, ended: attempt.ended, timeout, idle });
      return { failure, stale: !answered && failure.kind === 'network' && sent?.isReused() };
    } finally {
      attempt.close();
      sent?.stream.destroy();
    }
  }

  /** What is to resolve the name; throws where the request must not go. */
  async #allowed(url: URL, purpose: Purpose): Promise<LookupFunction | undefined> {
    if (!this.#agents.proxied) return this.#guard.lookupFor(url, purpose);
    await this.#guard.checkBeforeProxy(url, purpose);
    return undefined;
  }

  /** All of got's events are listened to before the first of them can come. */
  #send(
    { url, method, headers, body }: HttpRequest,
    lookup: LookupFunction | undefined,
    signal: AbortSignal,
  ): Sent {
    const stream = got.stream(url, {
      method,
      // RFC 9110 section 12.5.3: without it a server may compress as it likes
      headers: { 'accept-encoding': 'identity', ...headers },
      ...(typeof body === 'string' && { body }),
      agent: this.#agents.for(url),
      ...(lookup && { dnsLookup: lookup }),
      signal,
      retry: { limit: 0 },
      followRedirect: false,
      throwHttpErrors: false,
      decompress: false,
    });
    let request: ClientRequest | undefined;
    stream.once('request', (made) => {
      request = made;
    });
    const head: Sent['head'] = new Promise((resolve, reject) => {
      // stays for good: an error without a listener would end the process
      stream.on('error', reject);
      stream.once('response', ({ statusCode, headers }) => resolve({ status: statusCode, headers }));
    });
    return { stream, head, isReused: () => request?.reusedSocket === true };
  }
}

function agentsOf(options: RegistryOptions, closing: AbortSignal): Agents {
  try {
    return openAgents(options, closing);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new RegistryError(said.startsWith('tls') ? 'tls' : 'reference', said);
  }
}

type Outcome<T> = { value?: T; failure?: RegistryError; stale?: boolean };

interface Sent {
  stream: Request;
  head: Promise<Pick<HttpAnswer, 'status' | 'headers'>>;
  /** Did it go out over a connection that had carried a request before? */
  isReused(): boolean;
}

async function* piecesOf(stream: Request, moved: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of stream) {
    moved((piece as Buffer).length);
    yield piece as Buffer;
  }
}

/** A text is written by got itself, and so is nothing where a method has no body. */
async function writeBody(
  stream: Request,
  { method, body }: HttpRequest,
  moved: (bytes: number) => void,
): Promise<void> {
  if (typeof body === 'string' || method === 'GET' || method === 'HEAD') return;
  for (let at = 0; body && at < body.length; at += PIECE_BYTES) {
    const piece = body.subarray(at, at + PIECE_BYTES);
    await new Promise<void>((resolve, reject) => {
      stream.write(piece, (error) => (error ? reject(error) : resolve()));
    });
    moved(piece.length);
  }
  stream.end();
}
