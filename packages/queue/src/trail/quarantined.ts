/** Looks for an event among what could not be read, as far as its text is in the bodies that are kept. */
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { type Quarantined, quarantinedFrom } from '../operate/quarantine.js';

/** Entries read at once: each may have a megabyte. */
const PAGE = 16;

/** Newest first. At the limits of quarantine this reads 64 MiB, so it is for what is found nowhere else. */
export async function searchQuarantine(
  client: RedisClient,
  prefix: string,
  { text, limit }: { text: string; limit: number },
): Promise<Quarantined[]> {
  const found: Quarantined[] = [];
  const ids = await client.zrevrange(storeKey(prefix, 'quarantine', 'index'), 0, -1);
  for (let n = 0; n < ids.length && found.length < limit; n += PAGE) {
    for (const entry of await readQuarantined(client, prefix, ids.slice(n, n + PAGE))) {
      if (Buffer.from(entry.body, 'base64').includes(text)) found.push(entry);
    }
  }
  return found.slice(0, limit);
}

/** Those that are there. */
export async function readQuarantined(
  client: RedisClient,
  prefix: string,
  ids: readonly string[],
): Promise<Quarantined[]> {
  if (ids.length === 0) return [];
  const kept = await client.hmget(storeKey(prefix, 'quarantine', 'entries'), ...ids);
  return kept.flatMap(quarantinedFrom);
}
