/** A TCP proxy in front of a server, that can break what goes through it at a known place. */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { atTestEnd } from './cleanup.js';

/** Ends with the test. */
export interface TcpProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Bytes that went to the server so far. */
  passed(): number;
  /**
   * Passes so many more bytes to the server, then breaks all connections.
   * @param options.answers false: no answer comes back meanwhile, so that the client does not know what was done
   */
  breakAfter(bytes: number, options?: { answers?: boolean }): void;
  /** The connections that are open stay open and pass nothing any more; new ones do. */
  silence(): void;
}

/** @param port of the server, on 127.0.0.1 */
export async function startTcpProxy(port: number): Promise<TcpProxy> {
  let left = Number.POSITIVE_INFINITY;
  let answers = true;
  let passed = 0;
  const sockets = new Set<Socket>();
  const silenced = new WeakSet<Socket>();
  const breakAll = (): void => {
    left = Number.POSITIVE_INFINITY;
    answers = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = dial(port, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (silenced.has(client)) return;
      const part = chunk.subarray(0, left);
      left -= part.length;
      passed += part.length;
      // Broken once the server has read it: what it stores is then the same in every run.
      if (left > 0) upstream.write(part);
      else upstream.end(part);
    });
    upstream.on('data', (chunk) => {
      if (answers && !silenced.has(upstream)) client.write(chunk);
    });
    upstream.on('end', breakAll);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atTestEnd(() => {
    breakAll();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    silence() {
      for (const socket of sockets) silenced.add(socket);
    },
    breakAfter(bytes, options = {}) {
      left = Math.round(bytes);
      answers = options.answers ?? true;
    },
  };
}
