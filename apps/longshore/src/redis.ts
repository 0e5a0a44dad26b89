/** Which Redis this process uses: the configured one, or an embedded one of its own. */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { RedisAddress } from '@longshore/queue';
import { keepEmbeddedRedis } from './embedded.js';
import { renewedTls } from './renewed-tls.js';

/** The Redis of this process. */
export interface OpenRedis {
  address: RedisAddress;
  /** For the `ready` line: holds no secret. */
  where: string;
  stop(): Promise<void>;
}

/**
 * @param path the search path for the embedded Redis' program
 * @param file the configuration's path
 * @throws LongshoreError SECRET_MISSING, REDIS_NOT_FOUND, REDIS_START_FAILED, DATADIR_LOCKED
 */
export async function openRedis(
  config: Config,
  path: string | undefined,
  observer: Observer,
  file: string,
): Promise<OpenRedis> {
  const named = namedRedis(config);
  if (named) return { ...named, stop: async () => {} };
  const { datadir } = config;
  const { maxmemory } = config.redis;
  const fingerprint = createHash('sha256').update(JSON.stringify(config)).digest('hex');
  const configuration = { file: await realpath(file).catch(() => resolve(file)), fingerprint };
  const embedded = await keepEmbeddedRedis({ datadir, maxmemory, path, configuration }, observer);
  return {
    address: { socket: embedded.socket, folder: resolve(datadir, 'redis') },
    where: `embedded, data in ${datadir}`,
    stop: embedded.stop,
  };
}

/**
 * The Redis that the configuration names; undefined: the embedded one.
 * @throws LongshoreError SECRET_MISSING
 */
export function namedRedis({ redis }: Config): Omit<OpenRedis, 'stop'> | undefined {
  const named = addressIn(redis);
  if (!named) return undefined;
  const { address, where } = named;
  const renewed = () => addressIn(redis)?.address ?? address;
  const { tls } = redis;
  const insecure = tls?.insecure ? ', INSECURE: its certificate is not checked' : '';
  return {
    address: { ...address, renewed, ...(tls && { tls: renewedTls(tls) }) },
    where: `${where}${tls ? ' by TLS' : ''}${insecure}`,
  };
}

function addressIn(redis: Config['redis']): Omit<OpenRedis, 'stop'> | undefined {
  const { url, cluster, sentinels, master, username, password } = redis;
  const reveal = (nodes: typeof cluster) => nodes.map((node) => node.reveal());
  if (cluster.length > 0) {
    return { address: { cluster: reveal(cluster) }, where: `cluster of ${cluster.length} known nodes` };
  }
  if (sentinels.length > 0 && master !== undefined) {
    const credentials = {
      ...(username !== undefined && { username }),
      ...(password && { password: password.reveal() }),
    };
    const address = { sentinels: { nodes: reveal(sentinels), master, ...credentials } };
    return { address, where: `${master}, by ${sentinels.length} known Sentinels` };
  }
  if (!url) return undefined;
  const address = url.reveal();
  return { address: { url: address }, where: withoutCredentials(address) };
}

function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}
