/** What the tests of the embedded Redis share. */
import { onTestFinished } from 'vitest';
import type { EmbeddedServer } from '../port.js';
import { type EmbeddedRedisOptions, startEmbeddedRedis } from '../redis/start.js';
import { startOwner } from './owner.js';

const MAXMEMORY = 64 * 1024 * 1024;

/** Starts in this process; stopped when the test ends. */
export async function start(
  datadir: string,
  options: Partial<EmbeddedRedisOptions> = {},
): Promise<EmbeddedServer> {
  const redis = await startEmbeddedRedis({ datadir, maxmemory: MAXMEMORY, ...options });
  onTestFinished(() => redis.stop());
  return redis;
}

/** Starts one in a child process. */
export function startRedisOwner(datadir: string, then?: string) {
  return startOwner(datadir, { kind: 'redis', options: `maxmemory: ${MAXMEMORY}`, then });
}
