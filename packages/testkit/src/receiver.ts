/**
 * A real HTTP server that records requests and sends scripted answers; or does not answer, resets the
 * connection, trickles or never ends. What a delivery meets in the wild, without a mock of any client.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Certificate } from './certificate.js';
import { atTestEnd } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { type Reply, send } from './reply.js';

/** A request whose body has arrived. */
export interface ReceivedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  /** Names and values alternate, as sent. */
  rawHeaders: string[];
  /** The body as text. */
  body: string;
  /** The body as JSON; throws when it is not. */
  json<T = unknown>(): T;
  /** Epoch milliseconds at which the body was complete. */
  at: number;
  /** Did the request come over a connection that had carried one before? */
  reused: boolean;
}

/** One answer for all requests, or a function of the request and its number (from 1). */
export type Script = Reply | ((request: ReceivedRequest, n: number) => Reply | Promise<Reply>);

/** A receiver that listens, or is down. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** In the order in which their bodies were complete. */
  readonly requests: ReceivedRequest[];
  /** Answers differently from now on. */
  reply(script: Script): void;
  /** Resolves with the requests once there are `n` of them; rejects after `timeout` (90 s). */
  received(n: number, options?: { timeout?: number }): Promise<ReceivedRequest[]>;
  /** Breaks its connections and refuses new ones: a receiver that is down. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  start(): Promise<void>;
  /** Stops for good. A test's end calls it. */
  close(): Promise<void>;
}

/** Of a receiver that speaks TLS: its certificate, and the one that clients must show, PEM. */
export interface ReceiverOptions {
  tls?: Certificate & { clients?: string };
}

/** Starts a receiver on 127.0.0.1. It answers 200 by default. */
export async function startReceiver(script: Script = {}, { tls }: ReceiverOptions = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const seen = new WeakSet<object>();
  let current = script;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const received = await read(request, seen.has(request.socket));
    seen.add(request.socket);
    const n = requests.push(received);
    await send(response, typeof current === 'function' ? await current(received, n) : current);
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    // A client that goes away while it sends or is answered is what some tests are about.
    handle(request, response).catch(() => response.destroy());
  };
  const clients = tls?.clients && { ca: tls.clients, requestCert: true, rejectUnauthorized: true };
  const server = tls ? createTlsServer({ ...tls, ...clients }, onRequest) : createServer(onRequest);
  const start = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  // It may stop and start again: its port stays reserved meanwhile.
  const port = await freePort();
  await start(port);
  atTestEnd(stop);
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    reply: (next) => {
      current = next;
    },
    received: (n, options) =>
      eventually(
        () => requests,
        (all) => all.length >= n,
        { what: `${n} requests`, ...options },
      ),
    stop,
    start: () => start(port),
    close: stop,
  };
}

async function read(request: IncomingMessage, reused: boolean): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const { method = '', url = '', headers, rawHeaders } = request;
  return { method, url, headers, rawHeaders, body, json: () => JSON.parse(body), at: Date.now(), reused };
}
