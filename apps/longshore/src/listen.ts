/**
 * Opens and closes HTTP listeners; a taken port becomes an error that names the setting. Every listener of the
 * process is opened here, so none is without the guard and the limits.
 */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isLoopback } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { createGuard, type Guard, type GuardOptions, type ListenerName, type Refusal } from './guard.js';
import { createLimitedServer, MAX_CONNECTIONS } from './server-limits.js';

/** An open listener. */
export interface Listener {
  /** `http://127.0.0.1:5080`; with port 0 the port that the system chose. */
  url: string;
  /** Takes no new connection, lets requests in flight finish within `grace` ms, then cuts them off. */
  close(grace: number): Promise<void>;
}

/** How soon a connection is closed after its last answer, once the listener closes; milliseconds. */
const IDLE_CHECK_INTERVAL_MS = 50;

/** What is wrong, and what to do about it beside another address in the setting. */
const REASONS: Record<string, string> = {
  EADDRINUSE: 'the port is taken. Stop what uses it',
  EACCES: 'this user may not use the port. Take one above 1023',
  EADDRNOTAVAIL: 'this machine does not have the address. Add it to an interface',
  ENOTFOUND: 'the host name cannot be resolved. Correct the name',
};

/** What the guard asks, and who hears of what it refused. */
export interface ListenOptions extends GuardOptions {
  /** A request was refused and answered. Must not throw. */
  onRefused(refusal: Refusal, request: IncomingMessage): void;
  /** A connection was closed without an answer because {@link MAX_CONNECTIONS} are open. Must not throw. */
  onDropped(): void;
  /** Connections at once; {@link MAX_CONNECTIONS} unless a test sets fewer. */
  maxConnections?: number;
}

/**
 * @param name the setting's group
 * @throws LongshoreError LISTEN_FAILED
 */
export async function listen(
  name: ListenerName,
  { host, port }: { host: string; port: number },
  handler: RequestListener,
  options: ListenOptions,
): Promise<Listener> {
  // The stricter one, until the address is known.
  let guard: Guard = createGuard(name, true, options);
  const server = createLimitedServer((request, response) => {
    const refusal = guard(request);
    if (refusal === undefined) return handler(request, response);
    refuse(response, refusal, request.headers.accept);
    options.onRefused(refusal, request);
  });
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  server.on('drop', () => options.onDropped());
  server.once('listening', () => {
    guard = createGuard(name, isLocal(server), options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = REASONS[error.code ?? ''] ?? `${error.message}. Correct the cause`;
      reject(
        new LongshoreError(
          'LISTEN_FAILED',
          `${name} cannot listen on ${host}:${port}: ${reason}, or set ${name}.listen (LONGSHORE_${name.toUpperCase()}_LISTEN); port 0 takes a free one`,
          { cause: error },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server), close: (grace) => close(server, grace) };
}

/** Milliseconds between two lines about refused requests: anyone can send many. */
const REFUSED_EVERY_MS = 60_000;

/** For listeners whose requests leave no records. */
export function logRefused(name: ListenerName, observer: Observer): ListenOptions['onRefused'] {
  const log = observer.throttledLog(`${name} refused`, REFUSED_EVERY_MS);
  return ({ status, code, message }) =>
    log.warn({ listener: name, status, reason: code, detail: message }, 'request refused');
}

/** Counts connections that a full listener closed, and logs them at most once in {@link REFUSED_EVERY_MS}. */
export function recordDropped(name: ListenerName, observer: Observer): ListenOptions['onDropped'] {
  const log = observer.throttledLog(`${name} dropped`, REFUSED_EVERY_MS);
  return () => {
    observer.connectionDropped(name);
    log.warn(
      { listener: name, limit: MAX_CONNECTIONS },
      'connection dropped: the listener holds its maximum of connections; look for clients that open many, or run more processes',
    );
  };
}

/** By the address that is bound: a name of this machine may lead to loopback too. */
function isLocal(server: Server): boolean {
  const { address } = server.address() as AddressInfo;
  return isLoopback(address.replace(/^::ffff:/i, ''));
}

/** As the listeners' own errors are; for a person in a browser in words alone. */
function refuse(response: ServerResponse, { status, code, message }: Refusal, accept = ''): void {
  const isPerson = accept.includes('text/html');
  const body = isPerson ? `${message}\n` : JSON.stringify({ error: code, message });
  response.writeHead(status, {
    'Content-Length': Buffer.byteLength(body),
    'Content-Type': `${isPerson ? 'text/plain' : 'application/json'}; charset=utf-8`,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  response.end(body);
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function close(server: Server, grace: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // Connections that are kept open would keep the server open too, for as long as requests come over them.
  server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'));
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS);
  const timer = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
