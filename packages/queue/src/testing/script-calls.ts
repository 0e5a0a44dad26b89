/** How often scripts were called, for tests of what one call does. */
import type { RedisClient } from '../connection.js';

/** Calls of scripts by their digest so far, of all clients of this Redis. */
export async function scriptCalls(client: RedisClient): Promise<number> {
  return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(String(await client.info('commandstats')))?.[1] ?? 0);
}
