/** Which Redis this process uses: the configured one, or an embedded one of its own. */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { RedisAddress } from '@longshore/queue';
import { keepEmbeddedRedis } from './embedded.js';

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
  const { url, cluster, maxmemory } = config.redis;
  const stop = async (): Promise<void> => {};
  if (cluster.length > 0) {
    const nodes = cluster.map((node) => node.reveal());
    return { address: { cluster: nodes }, where: `cluster of ${nodes.length} known nodes`, stop };
  }
  if (url) {
    const address = url.reveal();
    return { address: { url: address }, where: withoutCredentials(address), stop };
  }
  const { datadir } = config;
  const fingerprint = createHash('sha256').update(JSON.stringify(config)).digest('hex');
  const configuration = { file: await realpath(file).catch(() => resolve(file)), fingerprint };
  const embedded = await keepEmbeddedRedis({ datadir, maxmemory, path, configuration }, observer);
  return {
    address: { socket: embedded.socket, folder: resolve(datadir, 'redis') },
    where: `embedded, data in ${datadir}`,
    stop: embedded.stop,
  };
}

function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}
