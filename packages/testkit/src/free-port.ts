/** A TCP port of one's own: for what has to know its address before it listens, or to listen there again. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * A free port on 127.0.0.1, reserved for the caller as long as this process lives: a connection with its number stays
 * open, so that the system does not assign it to a listener on port 0. A listener that names the port gets it, as
 * restarted servers do (SO_REUSEADDR).
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
  server.close(); // stops listening; the connection stays open
  return port;
}

async function connected(port: number): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  return client;
}
