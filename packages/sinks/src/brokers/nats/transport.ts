/**
 * The client of NATS with sockets of ours: under the rules of egress, and ended by a signal while they connect. It
 * takes a factory of transports for the whole process, and knows a server by its name alone. So each connection has a
 * name of its own, which is never resolved.
 */
import type { Socket } from 'node:net';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import type { Connecting } from '../driver.js';
import { openSocket } from '../socket.js';

const connectings = new Map<string, Connecting>();
let count = 0;

/** @param options without servers @throws what a socket throws, and the client's own errors */
export async function connectThrough(
  connecting: Connecting,
  options: ConnectionOptions,
): Promise<NatsConnection> {
  const [core, { NodeTransport }] = await Promise.all([
    import('@nats-io/transport-node'),
    import('@nats-io/transport-node/lib/node_transport.js'),
  ]);
  class OwnSocket extends NodeTransport {
    override dial({ hostname }: { hostname: string }): Promise<Socket> {
      const found = connectings.get(hostname);
      if (!found) throw new Error(`there is no connection ${hostname}`);
      return openSocket({ ...found, target: { ...found.target, secure: false } });
    }
  }
  core.setTransportFactory({ factory: () => new OwnSocket(), defaultPort: connecting.target.port });
  const name = `connection-${++count}`;
  connectings.set(name, connecting);
  try {
    return await core.NatsConnectionImpl.connect({ ...options, resolve: false, servers: [name] });
  } finally {
    connectings.delete(name);
  }
}
