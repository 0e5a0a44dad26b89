/** Which Redis this process uses: the configured one, or an embedded one of its own. */
import type { Config } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { RedisAddress } from '@longshore/queue';
import { keepEmbeddedRedis } from './embedded.js';

export interface OpenRedis {
  address: RedisAddress;
  /** For the `ready` line: holds no secret. */
  where: string;
  stop(): Promise<void>;
}

/**
 * @param path the search path for the embedded Redis' program
 * @throws LongshoreError SECRET_MISSING, REDIS_NOT_FOUND, REDIS_START_FAILED, DATADIR_LOCKED
 */
export async function openRedis(
  config: Config,
  path: string | undefined,
  observer: Observer,
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
  const embedded = await keepEmbeddedRedis({ datadir: config.datadir, maxmemory, path }, observer);
  return {
    address: { socket: embedded.socket },
    where: `embedded, data in ${config.datadir}`,
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
