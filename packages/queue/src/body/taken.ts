/**
 * Bodies of the deliveries that a worker takes. The endpoints of an event are often delivered by one process at about
 * the same time: the few bodies that were read last are kept, so that ten endpoints read and inflate one once.
 */
import type { Delivery } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { decodeJob, type JobData, type Unreadable } from '../job.js';
import { bodyKey } from './body-lua.js';

/** Bodies that are kept, and the most that one of them may have; 2 MiB of text at most. */
const KEPT_BODIES = 128;
const KEPT_BYTES = 4_096;

const caches = new WeakMap<RedisClient, Map<string, Buffer>>();

/** Where a job is. */
export interface TakenJob {
  id: string;
  endpoint: string;
  prefix: string;
  data: JobData;
}

/** The delivery of a job that this process holds. Rejects with the error of Redis. */
export async function takenDelivery(
  client: RedisClient,
  { id, endpoint, prefix, data }: TakenJob,
): Promise<Delivery | Unreadable> {
  const body = typeof data?.b === 'string' ? await read(client, bodyKey(prefix, endpoint, data.b)) : null;
  return decodeJob(id, endpoint, data, body);
}

async function read(client: RedisClient, key: string): Promise<Buffer | null> {
  const cache = caches.get(client) ?? new Map<string, Buffer>();
  caches.set(client, cache);
  const kept = cache.get(key);
  if (kept) return kept;
  const body = await client.getBuffer(key);
  if (!body || body.length > KEPT_BYTES) return body;
  cache.set(key, body);
  for (const oldest of cache.keys()) {
    if (cache.size <= KEPT_BODIES) break;
    cache.delete(oldest);
  }
  return body;
}
