/**
 * Connections to Redis, in two profiles on purpose. A producer fails fast, so that ingest can answer 503
 * while the sender still waits. A consumer waits without a limit: an outage of Redis must end in work, not in errors.
 *
 * Each process opens one of each and shares it: an idle Worker then costs one blocking connection.
 */
import { createConnection, type Socket } from 'node:net';
import { AbstractConnector, Cluster, Redis, type RedisOptions } from 'ioredis';

/** Where Redis is. Exactly one of `socket`, `cluster` (not empty) and `url`. */
export interface RedisAddress {
  /** `redis://` or `rediss://` with optional credentials and database. */
  url?: string;
  /** Path of a unix socket; asked for at each connect, since a restarted Redis has a new one. */
  socket?: () => string;
  /** `host:port` or URLs of some masters of a Redis Cluster. */
  cluster?: readonly string[];
  /** Folder of its data, where it is on this machine: named when its disk is full. */
  folder?: string;
}

/** What is known of the Redis behind a client, for error messages. Holds no secret. */
export interface ClientFacts {
  /** Name of the Redis user. */
  user: string;
  /** As in {@link RedisAddress}. */
  folder?: string;
  /** The last connection error; undefined since Redis was connected. */
  lastError?(): Error | undefined;
}

/** A connected client. Opaque outside of this package. */
export type RedisClient = Redis | Cluster;

/** See the header: `producer` fails fast, `consumer` waits without a limit. */
export type Profile = 'producer' | 'consumer';

/** A write that Redis has not answered after this is answered with 503: the registry waits 1 to 5 s. */
const COMMAND_TIMEOUT_MS = 4_000;
const DISCONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 2_000;

const PROFILES: Record<Profile, RedisOptions> = {
  producer: {
    // 0: what is in flight when the connection breaks fails at once. The sender sends it again.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
  },
  consumer: { maxRetriesPerRequest: null },
};

const reconnectDelay = (times: number): number =>
  Math.min(RECONNECT_MIN_MS * 2 ** (times - 1), RECONNECT_MAX_MS);

/**
 * After a failover the old master answers READONLY: reconnect, so that the name leads to the new one. A consumer
 * sends its command again there (2); a producer fails, and its sender sends again.
 */
const reconnectOnError = (profile: Profile) => (error: Error) =>
  error.message.startsWith('READONLY') ? (profile === 'consumer' ? 2 : 1) : false;

/**
 * Opens a client that reconnects without a limit and never throws by itself.
 * @param onError hears every connection error; there are many while Redis is unavailable, so limit what you log.
 */
export function connect(
  address: RedisAddress,
  profile: Profile,
  onError: (error: Error) => void,
): RedisClient {
  let lastError: Error | undefined;
  const options: RedisOptions = {
    ...PROFILES[profile],
    retryStrategy: reconnectDelay,
    reconnectOnError(error) {
      const reconnects = reconnectOnError(profile)(error);
      if (reconnects) lastError = error;
      return reconnects;
    },
    connectTimeout: 5_000,
    keepAlive: 10_000,
  };
  const client = address.cluster?.length
    ? new Cluster(address.cluster.map(startupNode), {
        redisOptions: { ...options, ...credentials(address.cluster) },
        clusterRetryStrategy: reconnectDelay,
        // A certificate names hosts, not addresses: with TLS the name is resolved at connect and not before.
        ...(usesTls(address.cluster) && { dnsLookup: (host, done) => done(null, host) }),
        enableOfflineQueue: profile === 'consumer',
      })
    : address.socket
      ? new Redis({ ...options, Connector: socketConnector(address.socket) })
      : new Redis(address.url ?? '', options);
  client.on('error', onError);
  client.on('error', (error: Error) => {
    lastError = error;
  });
  client.on('ready', () => {
    lastError = undefined;
  });
  facts.set(client, {
    lastError: () => lastError,
    user: userOf(address),
    ...(address.folder !== undefined && { folder: address.folder }),
  });
  return client;
}

const facts = new WeakMap<RedisClient, ClientFacts>();

/** What is known of the Redis behind a client that {@link connect} opened. */
export const factsOf = (client: RedisClient): ClientFacts => facts.get(client) ?? { user: 'default' };

function userOf({ url, cluster = [] }: RedisAddress): string {
  const named = [...(url ? [url] : []), ...cluster].map((node) => asUrl(node).username).find(Boolean);
  return decodeURIComponent(named ?? 'default');
}

/** ioredis' own connector keeps the path that it began with. */
function socketConnector(path: () => string) {
  return class extends AbstractConnector {
    constructor() {
      super(DISCONNECT_TIMEOUT_MS);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      this.stream = createConnection(path());
      this.stream.once('error', (error) => {
        this.firstError = error;
      });
      return this.stream;
    }
  };
}

/** Whether a command would be sent now. A Cluster reports `ready` too once it knows its slots. */
export function isReady(client: RedisClient): boolean {
  return client.status === 'ready';
}

const asUrl = (node: string): URL => new URL(node.includes('://') ? node : `redis://${node}`);

function startupNode(node: string): { host: string; port: number } {
  const url = asUrl(node);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 6379) };
}

/** Credentials and TLS of the first node that has them: a cluster's nodes share them. */
function credentials(nodes: readonly string[]): RedisOptions {
  const urls = nodes.map(asUrl);
  const withPassword = urls.find((url) => url.password !== '');
  return {
    ...(withPassword && {
      password: decodeURIComponent(withPassword.password),
      ...(withPassword.username && { username: decodeURIComponent(withPassword.username) }),
    }),
    ...(usesTls(nodes) && { tls: {} }),
  };
}

const usesTls = (nodes: readonly string[]): boolean =>
  nodes.some((node) => asUrl(node).protocol === 'rediss:');

/** A script sees the keys of one slot only. */
export const isCluster = (client: RedisClient): boolean => client instanceof Cluster;

/** The masters: one client for a single Redis, one per master for a Cluster. */
export function masters(client: RedisClient): Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/**
 * Holds back what is written to Redis in this turn of the event loop, so that it leaves in one system call:
 * the requests that arrived together share it. Costs a request alone nothing that can be measured.
 */
export function coalesce(client: RedisClient): void {
  for (const { stream } of masters(client)) {
    if (!stream || stream.writableCorked > 0) continue;
    stream.cork();
    setImmediate(() => stream.uncork());
  }
}
