/** A TCP port of one's own: for what has to know its address before it listens, or to listen there again. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * A port on 127.0.0.1 where nobody listens, for the caller as long as this process lives: a connection that keeps
 * its number stays open, so that the system gives it to nobody who asks for any port. Whoever asks for it by its
 * number gets it, as servers that are started again do (SO_REUSEADDR).
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const [[kept], client] = await Promise.all([
    once(server, 'connection') as Promise<[Socket]>,
    connected(port),
  ]);
  for (const socket of [kept, client]) socket.on('error', () => {}).unref();
  server.close(); // it listens no more; the connection goes on
  return port;
}

async function connected(port: number): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  return client;
}
