/** Where Redis is, and what that means for ioredis: nodes of a Cluster, Sentinels, credentials, TLS. */
import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions } from 'ioredis';

/** Where Redis is. Exactly one of `socket`, `cluster` (not empty), `sentinels` and `url`. */
export interface RedisAddress {
  /** `redis://` or `rediss://` with optional credentials and database. */
  url?: string;
  /** Path of a unix socket; asked for at each connect, since a restarted Redis has a new one. */
  socket?: () => string;
  /** `host:port` or URLs of some masters of a Redis Cluster. */
  cluster?: readonly string[];
  /** The Sentinels that know where the primary is. */
  sentinels?: SentinelAddress;
  /** TLS, whatever the scheme is; asked for at each connection, so that a renewed certificate is used. */
  tls?: () => ConnectionOptions;
  /** The same address with its secrets as they are now; asked for before each new connection. */
  renewed?: () => RedisAddress;
  /** Folder of its data, where it is on this machine: named when its disk is full. */
  folder?: string;
}

/** A primary with replicas that Sentinels watch over. */
export interface SentinelAddress {
  /** `host:port` or URLs; credentials in them are those of the Sentinels. `rediss://`: TLS, also to the servers. */
  nodes: readonly string[];
  /** Name of the primary, as the Sentinels know it. */
  master: string;
  /** Credentials of the servers. */
  username?: string;
  password?: string;
}

const SENTINEL_PORT = 26_379;
const SENTINEL_TIMEOUT_MS = 2_000;
/** Between two rounds over Sentinels of which none names a primary. */
const SENTINEL_ROUND_MAX_MS = 1_000;

const asUrl = (node: string): URL => new URL(node.includes('://') ? node : `redis://${node}`);

/** Host and port of a node; brackets of an IPv6 address are taken away. */
export function hostPort(node: string, port = 6_379): { host: string; port: number } {
  const url = asUrl(node);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || port) };
}

/** Does one of them say `rediss://`? */
export const usesTls = (nodes: readonly string[]): boolean =>
  nodes.some((node) => asUrl(node).protocol === 'rediss:');

/** Of the first node that has a password: nodes share their credentials. */
function credentialsOf(nodes: readonly string[]): { username?: string; password?: string } {
  const found = nodes.map(asUrl).find((url) => url.password !== '');
  if (!found) return {};
  return {
    password: decodeURIComponent(found.password),
    ...(found.username && { username: decodeURIComponent(found.username) }),
  };
}

/** Credentials and TLS of a Cluster: its nodes share them. */
export const clusterOptions = (nodes: readonly string[], tls = tlsFor(nodes)): RedisOptions => ({
  ...credentialsOf(nodes),
  ...(tls && { tls }),
});

const tlsFor = (nodes: readonly string[]): ConnectionOptions | undefined => (usesTls(nodes) ? {} : undefined);

/**
 * Options of which each is looked up when it is read, which ioredis does at each connection. Certificates that cannot be
 * used, such as a file that is half written, leave those before in use.
 */
export function freshTls(lookup: () => ConnectionOptions): ConnectionOptions {
  let last = lookup();
  const now = (): ConnectionOptions => {
    try {
      last = lookup();
    } catch {
      // the connection fails by itself where the ones before are refused
    }
    return last;
  };
  return {
    get secureContext() {
      return now().secureContext;
    },
    get servername() {
      return now().servername;
    },
    get rejectUnauthorized() {
      return now().rejectUnauthorized;
    },
  };
}

/** User and password of the servers, and of the Sentinels. */
export function credentialsIn({ url, cluster, sentinels }: RedisAddress): RedisOptions {
  if (sentinels) {
    const { tls: _, sentinels: __, ...rest } = sentinelOptions(sentinels);
    const { username, password, sentinelUsername, sentinelPassword } = rest;
    return { username, password, sentinelUsername, sentinelPassword };
  }
  const { username, password } = credentialsOf(cluster ?? (url === undefined ? [] : [url]));
  return { username, password };
}

/** For a client that asks the Sentinels where the primary is, and hears of a failover from them. */
export function sentinelOptions(
  { nodes, master, username, password }: SentinelAddress,
  tls = tlsFor(nodes),
): RedisOptions {
  const { username: sentinelUsername, password: sentinelPassword } = credentialsOf(nodes);
  return {
    sentinels: nodes.map((node) => hostPort(node, SENTINEL_PORT)),
    name: master,
    role: 'master',
    sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
    sentinelRetryStrategy: (rounds) => Math.min(100 * rounds, SENTINEL_ROUND_MAX_MS),
    sentinelReconnectStrategy: (times) => Math.min(100 * times, SENTINEL_ROUND_MAX_MS),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
  };
}

/** Name of the Redis user. */
export function userOf({ url, cluster = [], sentinels }: RedisAddress): string {
  if (sentinels) return sentinels.username ?? 'default';
  const named = [...(url ? [url] : []), ...cluster].map((node) => asUrl(node).username).find(Boolean);
  return decodeURIComponent(named ?? 'default');
}

/** The setting that says where Redis is, for messages. */
export function settingOf({ cluster = [], sentinels }: RedisAddress): string {
  if (sentinels) return 'redis.sentinels';
  return cluster.length > 0 ? 'redis.cluster' : 'redis.url';
}
