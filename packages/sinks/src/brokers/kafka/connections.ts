/**
 * The client’s connections, under the rules of egress and ended by the signal. A broker of Kafka leads to the others of
 * its cluster, so each of them is checked. The client has no hook for its sockets: a plain one gets an address in place
 * of a name; TLS, which needs the name, looks it up with the check.
 */
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { Egress } from '@longshore/network/egress';
import { guardedLookup } from '@longshore/network/egress';
import type { Broker, Connection, ConnectionPool } from '@platformatic/kafka';
import type { Connecting } from '../driver.js';
import { BrokerFault } from '../fault.js';

/** The client’s options of TLS; none without it. */
export function guardedTls({ target, secure, egress }: Connecting): object {
  if (!target.secure) return {};
  const { port } = target;
  const lookup: LookupFunction = (host, options, done) =>
    lookupFor(egress, { host, port })(host, options, done);
  const { secureContext: _, ...others } = secure();
  const tls = {
    ...{ ...others, lookup },
    // Read by the client at each connection
    get secureContext() {
      return secure().secureContext;
    },
  };
  return { tls, tlsServerName: others.servername ?? isIP(target.host) === 0 };
}

/** Connections under guard. */
export interface Guarded {
  /** Ends every connection; resolves when no socket is left. */
  close(): Promise<void>;
  /** Rejects when the client has thrown in a callback of its own: what waits for it would wait until its timeout. */
  broken: Promise<never>;
}

/** See the header. What the client throws where nothing catches it ends its connections, and not the process. */
export function guardConnections(pool: ConnectionPool, connecting: Connecting): Guarded {
  const { signal, target } = connecting;
  const connections = new Set<Connection>();
  const { promise: broken, reject } = withRejection();
  const breaks = (error: unknown): void => {
    reject(error);
    connecting.ended();
  };
  pool.on('connecting', ({ connection }) => {
    connections.add(connection);
    // An attempt has the error; the client reports some of them twice.
    connection.on('error', () => {});
    // The socket is made right after this.
    queueMicrotask(() => connection.socket && guardEvents(connection.socket, breaks));
  });
  pool.on('failed', ({ connection }) => connection.socket?.destroy());
  pool.on('disconnect', ({ connection }) => connections.delete(connection));

  const get = pool.get.bind(pool) as (broker: Broker) => Promise<Connection>;
  const guarded = async (broker: Broker | undefined): Promise<Connection> => {
    if (!broker)
      throw new BrokerFault('unavailable', 'the partition has no leader; check the brokers of the cluster');
    const addresses = await addressesOf(connecting.egress, broker);
    let failed: unknown;
    for (const host of target.secure ? [broker.host] : addresses) {
      signal.throwIfAborted();
      try {
        return await get({ host, port: broker.port });
      } catch (error) {
        failed = error;
      }
    }
    throw failed;
  };
  const withCallback = (broker: Broker, done?: (error: unknown, connection?: Connection) => void) => {
    const connection = guarded(broker);
    if (!done) return connection;
    connection.then((found) => done(null, found), done).catch(breaks);
  };
  Object.assign(pool, { get: withCallback });

  const end = () => Promise.all([...connections].map(closed)).then(() => {});
  signal.addEventListener('abort', () => void end(), { once: true });
  return { close: end, broken };
}

function withRejection(): { promise: Promise<never>; reject: (error: unknown) => void } {
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<never>((_, rejects) => {
    reject = rejects;
  });
  promise.catch(() => {});
  return { promise, reject };
}

/** The client reads answers, and calls back, in listeners of its socket. */
function guardEvents(socket: Socket, breaks: (error: unknown) => void): void {
  const { emit } = socket;
  const guarded = (...args: unknown[]): boolean => {
    try {
      return Reflect.apply(emit, socket, args) === true;
    } catch (error) {
      breaks(error);
      socket.destroy();
      return true;
    }
  };
  Object.assign(socket, { emit: guarded });
}

/** With an error, so that the client gives up what it waits for. */
function closed({ socket }: Connection): Promise<void> {
  if (!socket || socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy(Object.assign(new Error('the connection was given up'), { code: 'ECONNRESET' }));
  });
}

function lookupFor(egress: Egress, where: Broker): LookupFunction {
  const host = where.host.includes(':') ? `[${where.host}]` : where.host;
  return guardedLookup(new URL(`http://${host}:${where.port}`), (address) => egress.refusal(where, address));
}

/** @throws EgressRefused, or the error of the lookup */
async function addressesOf(egress: Egress, broker: Broker): Promise<string[]> {
  const lookup = lookupFor(egress, broker);
  if (isIP(broker.host) !== 0) return [broker.host];
  return new Promise((resolve, reject) => {
    lookup(broker.host, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve([found].flat().map((one) => (typeof one === 'string' ? one : one.address)));
    });
  });
}
