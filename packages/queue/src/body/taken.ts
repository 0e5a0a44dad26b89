/**
 * Bodies of the deliveries that a worker takes. The endpoints of an event are often delivered by one process at about
 * the same time: the few bodies that were read last are kept, so that ten endpoints read and inflate one once.
 */
import type { Delivery } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { decodeJob, type JobData, type Unreadable } from '../job.js';
import { queueKey } from '../names.js';
import { bodyKey } from './body-lua.js';

/** Bodies that are kept, and the most that one of them may have; 2 MiB of text at most. */
const KEPT_BODIES = 128;
const KEPT_BYTES = 4_096;

const caches = new WeakMap<RedisClient, Map<string, Buffer>>();

/** Where a job is. */
export interface TakenJob {
  id: string;
  /** With which this process has locked it. */
  token: string;
  endpoint: string;
  prefix: string;
  data: JobData;
}

/**
 * The delivery of a job that this process took; undefined when it has lost the job meanwhile, as a process does that was
 * stopped: another one has settled it, and its body is gone. Rejects with the error of Redis.
 */
export async function takenDelivery(
  client: RedisClient,
  { id, token, endpoint, prefix, data }: TakenJob,
): Promise<Delivery | Unreadable | undefined> {
  const body = typeof data?.b === 'string' ? await read(client, bodyKey(prefix, endpoint, data.b)) : null;
  const isMissing = body === null && data?.b !== undefined;
  if (isMissing && (await client.get(`${queueKey(prefix, endpoint, id)}:lock`)) !== token) return undefined;
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
