/** Small local receivers for this package's tests: real servers on 127.0.0.1 that end with the test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { freePort } from '@longshore/testkit';
import { onTestFinished } from 'vitest';

/** A request as the receiver got it. */
export interface Received {
  method: string;
  url: string;
  /** As on the wire: `[name, value, …]`. */
  rawHeaders: string[];
  headers: IncomingMessage['headers'];
  body: string;
}

/** A listening server, seen from its side. */
export interface Listening {
  port: number;
  /** Connections accepted since the start. */
  accepted(): number;
  /** Connections that are open now. */
  open(): number;
  stop(): Promise<void>;
}

/** An HTTP server that remembers its requests. */
export interface Receiver extends Listening {
  url: string;
  requests: Received[];
}

/** What the receiver does with a request; `nth` counts from 1. */
export type Answer = (response: ServerResponse, request: Received, nth: number) => void;

/** Options of TLS make it https: `{ cert, key }` in PEM. */
export async function receiver(answer: Answer, tls?: TlsOptions): Promise<Receiver> {
  const requests: Received[] = [];
  const onRequest = async (request: IncomingMessage, response: ServerResponse) => {
    request.on('error', () => {});
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders, headers } = request;
      const received = { method, url, rawHeaders, headers, body: Buffer.concat(chunks).toString() };
      requests.push(received);
      answer(response, received, requests.length);
    });
  };
  const server = tls === undefined ? createServer(onRequest) : createTlsServer(tls, onRequest);
  const listening = await listen(server);
  return { ...listening, requests, url: `${tls ? 'https' : 'http'}://127.0.0.1:${listening.port}/events` };
}

/** A receiver that speaks whatever `onSocket` writes. */
export async function tcpReceiver(onSocket: (socket: Socket, nth: number) => void): Promise<Listening> {
  let count = 0;
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => {});
      onSocket(socket, ++count);
      // a socket that nobody reads never learns that the other side closed it
      socket.resume();
    }),
  );
}

/** A port of 127.0.0.1 on which nobody listens. */
export const deadPort = freePort;

/** Answers with this status and text. */
export function answering(status: number, text = '', headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(text);
}

async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  onTestFinished(stop);
  return { port, accepted: () => accepted, open: () => sockets.size, stop };
}
