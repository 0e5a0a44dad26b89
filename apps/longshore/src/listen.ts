/** Opens and closes HTTP listeners; a taken port becomes an error that names the setting. */
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LongshoreError } from '@longshore/event';
import { createLimitedServer } from './server-limits.js';

export interface Listener {
  /** `http://127.0.0.1:5080`; with port 0 the port that the system chose. */
  url: string;
  /** Takes no new connection, lets requests in flight finish within `grace` ms, then cuts them off. */
  close(grace: number): Promise<void>;
}

/** How soon a connection is closed after its last answer, once the listener closes; milliseconds. */
const IDLE_EVERY = 50;

const REASONS: Record<string, string> = {
  EADDRINUSE: 'the port is taken; stop what uses it',
  EACCES: 'this user may not use the port; take one above 1023',
  EADDRNOTAVAIL: 'this machine does not have the address',
  ENOTFOUND: 'the host name cannot be resolved',
};

/**
 * @param name the setting's group: `ingest`, `dashboard`, `admin`
 * @throws LongshoreError LISTEN_FAILED
 */
export async function listen(
  name: string,
  { host, port }: { host: string; port: number },
  handler: RequestListener,
): Promise<Listener> {
  const server = createLimitedServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = REASONS[error.code ?? ''] ?? error.message;
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

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function close(server: Server, grace: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // Connections that are kept open would keep the server open too, for as long as requests come over them.
  server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'));
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_EVERY);
  const timer = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
