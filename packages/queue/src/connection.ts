/**
 * Connections to Redis, in two profiles on purpose. A producer fails fast, so that ingest can answer 503
 * while the sender still waits. A consumer waits without a limit: an outage of Redis must end in work, not in errors.
 *
 * Each process opens one of each and shares it.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import {
  clusterOptions,
  credentialsIn,
  freshTls,
  hostPort,
  type RedisAddress,
  sentinelOptions,
  settingOf,
  userOf,
  usesTls,
} from './address.js';
import { socketConnector, WatchfulSentinelConnector } from './connectors.js';
import { leaveSilent } from './silent.js';

export type { RedisAddress, SentinelAddress } from './address.js';

/** What is known of the Redis behind a client, for error messages. Holds no secret. */
export interface ClientFacts {
  /** Name of the Redis user. */
  user: string;
  /** The setting that says where Redis is. */
  setting: string;
  /** As in {@link RedisAddress}. */
  folder?: string;
  /** The last connection error; undefined since a connection was open. */
  lastError?(): Error | undefined;
}

/** A connected client. Opaque outside of this package. */
export type RedisClient = Redis | Cluster;

/** See the header: `producer` fails fast, `consumer` waits without a limit. */
export type Profile = 'producer' | 'consumer';

/** A write that Redis has not answered after this is answered with 503: the registry waits 1 to 5 s. */
const COMMAND_TIMEOUT_MS = 4_000;
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

/**
 * Milliseconds until the next try to connect. Half of it is random: the processes of a deployment, which lost their
 * connections together, do not come back together.
 * @param times tries that failed, from 1 @param random 0 ≤ n < 1
 */
export function reconnectDelay(times: number, random = Math.random()): number {
  const longest = Math.min(RECONNECT_MIN_MS * 2 ** (times - 1), RECONNECT_MAX_MS);
  return Math.round(longest * (0.5 + random / 2));
}

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
    retryStrategy: (times) => reconnectDelay(times),
    reconnectOnError(error) {
      const reconnects = reconnectOnError(profile)(error);
      if (reconnects) lastError = error;
      return reconnects;
    },
    connectTimeout: 5_000,
    // Redis' own estimate of how long it will load its data may be far too long.
    maxLoadingRetryTime: RECONNECT_MAX_MS,
    keepAlive: 10_000,
  };
  const tls = address.tls && freshTls(address.tls);
  const client = address.cluster?.length
    ? new Cluster(
        address.cluster.map((node) => hostPort(node)),
        {
          redisOptions: { ...options, ...clusterOptions(address.cluster, tls) },
          clusterRetryStrategy: (times) => reconnectDelay(times),
          // A certificate names hosts, not addresses: with TLS the name is resolved at connect and not before.
          ...((tls || usesTls(address.cluster)) && { dnsLookup: (host, done) => done(null, host) }),
          enableOfflineQueue: profile === 'consumer',
        },
      )
    : address.socket
      ? new Redis({ ...options, Connector: socketConnector(address.socket) })
      : address.sentinels
        ? new Redis({
            ...options,
            ...sentinelOptions(address.sentinels, tls),
            Connector: WatchfulSentinelConnector,
          })
        : new Redis(address.url ?? '', { ...options, ...(tls && { tls }) });
  if (address.renewed) renewCredentials(client, address.renewed);
  leaveSilent(client);
  client.on('error', onError);
  client.on('error', (error: Error) => {
    lastError = error;
  });
  // Connected, and not ready while Redis reads its data back: what was wrong before no longer says why.
  for (const event of ['connect', 'ready']) {
    client.on(event, () => {
      lastError = undefined;
    });
  }
  facts.set(client, {
    lastError: () => lastError,
    user: userOf(address),
    setting: settingOf(address),
    ...(address.folder !== undefined && { folder: address.folder }),
  });
  return client;
}

/** A password that is rotated is used by the next connection. One that cannot be read leaves the one before in use. */
function renewCredentials(client: RedisClient, renewed: () => RedisAddress): void {
  const renew = (): void => {
    try {
      const { username, password, ...ofSentinels } = credentialsIn(renewed());
      const now = { username: username ?? null, password: password ?? null };
      if (client instanceof Cluster) {
        Object.assign(client.options.redisOptions ?? {}, now);
        for (const node of client.nodes('all')) Object.assign(node.options, now);
      } else Object.assign(client.options, now, ofSentinels);
    } catch {
      // said where the file is watched
    }
  };
  for (const event of ['close', 'reconnecting', 'node error']) client.on(event, renew);
}

const facts = new WeakMap<RedisClient, ClientFacts>();

/** What is known of the Redis behind a client that {@link connect} opened. */
export const factsOf = (client: RedisClient): ClientFacts =>
  facts.get(client) ?? { user: 'default', setting: 'redis.url' };

/** Whether a command would be sent now. A Cluster reports `ready` too once it knows its slots. */
export function isReady(client: RedisClient): boolean {
  return client.status === 'ready';
}

/** Of a client that is not ready and has met no error; empty when that says nothing. */
export const whyNotReady = (client: RedisClient): string =>
  client.status === 'connect' ? 'it is connected but not ready; it may be reading its data back' : '';

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
