/** Deliveries that are in flight, and no process works on them any more: their worker was killed or hangs. */
import type { RedisClient } from '../connection.js';
import { queueKey } from '../names.js';

/** Looked at in one queue. */
const MOST = 1_000;

/** How many there are. A worker that runs takes them again within 15 s. Rejects with the error of Redis. */
export async function unattended(client: RedisClient, prefix: string, endpoint: string): Promise<number> {
  const ids = await client.lrange(queueKey(prefix, endpoint, 'active'), 0, MOST - 1);
  const locks = await Promise.all(ids.map((id) => client.exists(`${queueKey(prefix, endpoint, id)}:lock`)));
  return locks.filter((isLocked) => isLocked === 0).length;
}
