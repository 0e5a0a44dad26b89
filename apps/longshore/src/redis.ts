/** Which Redis this process uses: the configured one, or an embedded one of its own. */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import { keepEmbeddedRedis } from './embedded.js';
import { type NamedRedis, namedRedis } from './named-redis.js';

/** The Redis of this process. */
export interface OpenRedis extends NamedRedis {
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
