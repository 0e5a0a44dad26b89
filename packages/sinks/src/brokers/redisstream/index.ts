/** Redis Streams: a message is an entry, confirmed by the answer to its XADD. As durable as that Redis is. */
import type { Socket } from 'node:net';
import { AbstractConnector, Redis, ReplyError } from 'ioredis';
import type { Sink } from '../../sink.js';
import type { BrokerOptions, Connecting, Message, Session } from '../driver.js';
import { BrokerFault } from '../fault.js';
import { FACTS } from '../kinds.js';
import { openBroker } from '../sink.js';
import { openSocket } from '../socket.js';

/** What an endpoint of kind redisstream is opened with. */
export interface RedisStreamOptions extends BrokerOptions {
  /** About so many entries are kept; 0: all. */
  maxlen: number;
}

/** Never throws; see `openSink`. */
export function openRedisStream(options: RedisStreamOptions): Sink {
  return openBroker(options, {
    schemes: FACTS.redisstream.schemes,
    connect: (connecting) => connect(connecting, options.maxlen),
  });
}

async function connect(connecting: Connecting, maxlen: number): Promise<Session> {
  const { target, signal, ended } = connecting;
  const socket = await openSocket(connecting);
  const redis = new Redis({
    Connector: connectorOf(socket),
    ...(target.user && { username: target.user }),
    ...(target.password && { password: target.password }),
    lazyConnect: true,
    enableReadyCheck: false,
    // A lost connection fails what is in flight: the queue tries again, and nothing else does.
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  let last: Error | undefined;
  redis.on('error', (error) => {
    last ??= error;
  });
  redis.once('close', ended);
  signal.addEventListener('abort', () => redis.disconnect(), { once: true });
  try {
    await redis.connect();
    await select(redis, target.name);
  } catch (error) {
    redis.disconnect();
    throw faultOf(error instanceof BrokerFault ? error : (last ?? error));
  }
  return {
    publish: (message) =>
      redis.call('XADD', argumentsOf(message, maxlen)).then(
        (id) => String(id),
        (error) => {
          throw faultOf(error instanceof ReplyError ? error : (last ?? error));
        },
      ),
    close: () => closed(redis, socket),
  };
}

/** Not by ioredis' `db`: when that fails it writes to database 0. */
async function select(redis: Redis, database: string): Promise<void> {
  if (database === '' || database === '0') return;
  try {
    await redis.select(database);
  } catch (error) {
    if (!(error instanceof Error && error instanceof ReplyError)) throw error;
    throw new BrokerFault(
      'rejected',
      `database ${database}: ${error.message}; correct it in the endpoint’s url`,
    );
  }
}

/** A repeated delivery is a second entry with the same `id`: a stream has no memory of ids. */
function argumentsOf({ id, key, body, contentType, headers, texts }: Message, maxlen: number) {
  const { 'Idempotency-Key': _, 'X-Longshore-Delivery': __, ...others } = headers;
  const limit = maxlen > 0 ? ['MAXLEN', '~', String(maxlen)] : [];
  const fields = { id, key, 'content-type': contentType, ...others };
  const pairs = Object.entries(fields).flatMap(([name, value]) => [name.toLowerCase(), value]);
  return [texts.key ?? '', ...limit, '*', ...pairs, 'data', body];
}

/** What Redis says in place of an answer, by its first word. */
const SAID: readonly [words: RegExp, reason: 'unavailable' | 'denied', step: string][] = [
  [
    /^(OOM|MISCONF|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY)\b/,
    'unavailable',
    'check the memory, the disk and the primary of that Redis',
  ],
  [
    /^(NOAUTH|WRONGPASS|NOPERM)\b/,
    'denied',
    'correct user and password in the endpoint’s url, or allow the user XADD on that key',
  ],
];

function faultOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof ReplyError) {
    const [, reason, step] = SAID.find(([words]) => words.test(error.message)) ?? [];
    return new BrokerFault(
      reason ?? 'rejected',
      `${error.message}; ${step ?? 'check what the key holds, and that it is no Redis Cluster'}`,
    );
  }
  if (/^Protocol error/.test(error.message)) {
    return new BrokerFault(
      'protocol',
      'what answers there is no Redis; correct host and port in the endpoint’s url',
    );
  }
  // ioredis' own word for a connection that ended
  if (error.message === 'Connection is closed.') return Object.assign(error, { code: 'ECONNRESET' });
  return error;
}

function closed(redis: Redis, socket: Socket): Promise<void> {
  redis.disconnect();
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}

/** ioredis is given a socket that is open. */
function connectorOf(socket: Socket) {
  return class extends AbstractConnector {
    constructor() {
      super(DISCONNECT_MS);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      this.stream = socket;
      return socket;
    }
  };
}

/** After this a socket whose other side does not close it is destroyed. */
const DISCONNECT_MS = 1_000;
